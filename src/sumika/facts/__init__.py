"""What the records say, figure by figure, each with the rows it rests on."""
