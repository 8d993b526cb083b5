/*
 * How often a change is decided again when another writer was first. Each lost attempt means that another change went
 * through.
 */

/** For a record that few write at once. A key is made while others make keys for the same service account. */
export const usualAttempts = 20

/** For one that many write: a service account is written with every key that comes to it, from every process. */
export const contendedAttempts = 50
