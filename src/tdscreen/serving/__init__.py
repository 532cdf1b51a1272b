"""What the servers of the clinic and of its patients share: whom they answer, and files that no disk sees."""
