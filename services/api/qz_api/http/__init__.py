"""The HTTP border: operations as data, parsing, problems, paging, OpenAPI."""
