"""Years of campaigns played through the services of the room, by organisations and a Region that we invent."""
