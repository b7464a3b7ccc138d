"""The box's place in a fleet: enrolment, and how the sync with the control plane stands."""
