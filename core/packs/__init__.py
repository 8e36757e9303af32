"""How tables come in: read and checked in full, then applied in one go, without undoing what people edited.

`tables` reads a CSV and says line by line what is wrong; `threeway` writes what changed; `report` says what happened;
`transaction` lets one load run at a time. Rooms say what their tables mean (`territories/importers`).
"""
