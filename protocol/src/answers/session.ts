// Who the person in front of the web app is to the collector.

export interface Session {
  /** Whether anything may be asked: signed in, or no token is needed. */
  signedIn: boolean;
  /** Of the token, or what the identity provider calls the person; '' where no token is needed. */
  name: string;
  /** ingest, read, forensics, alerts, admin; admin allows all. All of them where no token is needed. */
  scopes: string[];
  /** Whether there is something to sign out of. */
  canSignOut: boolean;
  /** Name of the identity provider to sign in by; null where none is configured. */
  provider: string | null;
}
