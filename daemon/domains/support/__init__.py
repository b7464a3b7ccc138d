"""Help for the people of the box: FAQ, tutorials, and a bundle for whoever helps them."""
