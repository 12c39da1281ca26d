"""ABC tunes: what each of their signs means."""
