"""Teachers: endpoints, programs, local models and array models, each asked once and kept for good."""
