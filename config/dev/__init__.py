"""The whole site on one machine: embedded servers, the supervisor behind `make run`, and the demo."""
