"""The box itself: is it ready, what is it doing, which jobs wait for a person."""
