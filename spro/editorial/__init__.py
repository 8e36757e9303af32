"""Pages that the Region writes itself: text in Markdown, kept in versions, shown by their state and the clock."""
