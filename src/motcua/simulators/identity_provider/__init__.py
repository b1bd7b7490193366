"""A small OpenID Connect provider that stands where VNeID stands, for the demo and the tests.

It does what a careful provider does (authorization code flow, PKCE S256 required, exact redirect addresses,
single-use codes of one minute, ES256 tokens, keys that survive a restart) and, on request, what a provider on a
bad day does (:class:`motcua.simulators.identity_provider.provider.Fail`). It guards nothing real: everybody's PIN
is printed on its page.
"""
