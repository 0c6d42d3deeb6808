"""The patient's pages once the request is sent, by subject."""
