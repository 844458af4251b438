// The web app: who is signed in, which page the address asks for. It shows what /api/v1 answers and computes no number.

import type { Session } from '@prodlens/protocol';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Empty, Failure, Loading } from './elements/states.js';
import { Frame } from './frame.js';
import { PAGES } from './pages.js';
import { SignIn } from './sign-in.js';
import { useAddress } from './state/address.js';
import type { ServiceAnswer } from './state/answer-types.js';
import { whenSignedOut } from './state/connection.js';
import { forgetAnswers, useAnswer } from './state/fresh-answers.js';
import { failureTitle, RequestFailure, session as sessions } from './state/requests.js';
import { ViewContext } from './state/view.js';

const RETRY_MS = 3_000;
/** How often it is asked which services there are: before the first one somebody waits for it. */
const FIRST_MS = 2_000;
const LATER_MS = 15_000;

function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [failure, setFailure] = useState<RequestFailure | null>(null);

  const find = async () => {
    try {
      setSession(await sessions.find());
      setFailure(null);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      setFailure(error);
      setTimeout(() => void find(), RETRY_MS);
    }
  };
  // once
  useEffect(() => {
    whenSignedOut(() => {
      forgetAnswers();
      void find();
    });
    void find();
  }, []);

  if (session === null) {
    if (failure === null) return <Loading page />;
    return (
      <main>
        <Failure
          page
          title={failureTitle(failure.status)}
          message={`${failure.status === 0 ? '' : `${failure.message} `}Trying again every few seconds …`}
        />
      </main>
    );
  }
  if (!session.signedIn) return <SignIn provider={session.provider} onSignedIn={setSession} />;
  return <SignedIn session={session} onSignedOut={() => void find()} />;
}

function SignedIn({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const address = useAddress();
  const [isEmpty, setIsEmpty] = useState(true);
  const services = useAnswer<{ services: ServiceAnswer[] }>('services', isEmpty ? FIRST_MS : LATER_MS);
  useEffect(() => setIsEmpty(!services.data?.services.length), [services.data]);
  const Page = PAGES[address.page];
  const view = { address, session, services: services.data?.services ?? [] };
  return (
    <ViewContext.Provider value={view}>
      <Frame onSignedOut={onSignedOut}>
        {Page === undefined ? (
          <Empty page title="There is no such page">
            <a href="#/">To the overview</a>
          </Empty>
        ) : services.data !== null && view.services.length === 0 && address.page !== 'settings' ? (
          <Nobody />
        ) : (
          <Page key={`${address.page}/${address.id}`} />
        )}
      </Frame>
    </ViewContext.Provider>
  );
}

/** A collector to which no service has reported. */
function Nobody() {
  return (
    <Empty page title="No service has reported yet">
      <p>Start one with the sensor; its numbers are here within seconds:</p>
      <pre class="command">PRODLENS_URL={location.origin} node --import @prodlens/sensor/register app.js</pre>
    </Empty>
  );
}

render(<App />, document.getElementById('app')!);
