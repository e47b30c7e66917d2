"""What fits the models of the catalogue (schemas.model_entries): a design in, the group's number out.

No rows of estimates and no outcome; which model is asked for, and why, is said elsewhere.
"""
