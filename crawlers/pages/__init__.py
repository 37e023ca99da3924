"""Page objects: saved responses to posts and addresses, without I/O and without a clock."""
