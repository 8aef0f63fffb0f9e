import { DestinationOAuth } from 'destination-oauth/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const ACCOUNTS = ['da_brightfjord_eu', 'da_quillo_main'];

function Destinations() {
  const [log, setLog] = useState<string[]>([]);
  const note = (line: string): void => setLog((lines) => [...lines, line]);
  return (
    <main>
      <h1>Destinations</h1>
      {ACCOUNTS.map((id) => (
        <DestinationOAuth
          key={id}
          accountId={id}
          proxyUrl="/api/destination-oauth"
          onStatusChange={({ accountId, oauthStatus }) => note(`${accountId} is ${oauthStatus}`)}
          onAuthorized={({ accountId, channel }) => note(`authorized ${accountId} by ${channel}`)}
          onError={({ accountId, error }) => note(`${accountId}: ${error.code}`)}
        />
      ))}
      <output>{log.join('\n')}</output>
    </main>
  );
}

const app = document.querySelector('#app');
if (app)
  createRoot(app).render(
    <StrictMode>
      <Destinations />
    </StrictMode>,
  );
