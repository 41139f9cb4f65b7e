"""Sign-in sessions of browsers: cookie, CSRF token, expiry."""
