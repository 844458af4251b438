// The page of who is not signed in: a token, or the identity provider where one is configured.

import type { Session } from '@prodlens/protocol';
import { useState } from 'preact/hooks';
import { Mark } from './frame.js';
import { parseAddress } from './state/address.js';
import { RequestFailure, session as sessions } from './state/requests.js';

export function SignIn({ provider, onSignedIn }: { provider: string | null; onSignedIn: (session: Session) => void }) {
  const [refusal, setRefusal] = useState(parseAddress(location.hash).query.get('refused') ?? '');
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    try {
      onSignedIn(await sessions.signIn(String(new FormData(form).get('token')).trim()));
    } catch (error) {
      setRefusal(error instanceof RequestFailure ? error.message : String(error));
      form.reset();
    }
    setBusy(false);
  };

  return (
    <main class="sign-in">
      <div class="sign-in-box">
        <h1>
          <Mark /> Prodlens
        </h1>
        <p class="muted">Sign in to see what your functions do in production.</p>
        {refusal !== '' && (
          <p class="refusal" role="alert">
            {refusal}
          </p>
        )}
        {provider !== null && (
          <>
            <a class="button primary" href={`/auth/open-id?return=${encodeURIComponent(location.hash)}`}>
              Sign in with {provider}
            </a>
            <p class="or">or</p>
          </>
        )}
        <form onSubmit={(event) => void submit(event as unknown as SubmitEvent)}>
          <label>
            Token
            <input type="password" name="token" autocomplete="off" required placeholder="prodlens_…" />
          </label>
          <button type="submit" class={provider === null ? 'primary' : ''} disabled={busy}>
            Use this token
          </button>
        </form>
        <p class="muted small">
          Make one where the collector runs: <code>prodlens token create --scope read</code>, in a checkout{' '}
          <code>node collector/dist/cli.js token create --scope read</code>. If the collector was started with{' '}
          <code>--data</code>, give it the same.
        </p>
      </div>
    </main>
  );
}
