"""The ground: journal, outbox, search documents, reference lists, packs; it knows none of the rooms."""
