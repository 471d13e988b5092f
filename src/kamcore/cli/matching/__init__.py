"""Commands about who settled what: match, settle, offset, reconcile, statement."""
