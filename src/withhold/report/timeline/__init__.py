"""The timeline as a picture and as a plot in the terminal."""
