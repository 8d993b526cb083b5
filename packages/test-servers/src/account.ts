/** Whom a server runs as. Empty: as ourselves. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

/** `nobody` when we are root, since PostgreSQL refuses to run as root and the others should not. */
export const serverAccount: Account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
