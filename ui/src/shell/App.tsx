import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { BrowserRouter } from 'react-router';
import { ApiError } from '../api/client';
import { sessionQuery } from '../api/session';
import { Gate } from './Gate';
import { nonce } from './nonce';
import { Shell } from './Shell';
import { theme } from './theme';

/** What an answer of the gateway says will not change by asking again; only silence may. */
const mayRetry = (count: number, error: Error) => count < 2 && error instanceof ApiError && error.status === 0;

const queries = new QueryClient({
  defaultOptions: { queries: { retry: mayRetry, staleTime: 5_000, refetchOnWindowFocus: true } },
});

// Asked before there is anything to draw.
void queries.prefetchQuery(sessionQuery);

const colours = localStorageColorSchemeManager({ key: 'gibbon-colours' });

/** Where the pages are: the gateway may serve them below a path. */
const base = new URL(document.baseURI).pathname.replace(/\/$/, '');

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colours} getStyleNonce={nonce}>
      <QueryClientProvider client={queries}>
        <BrowserRouter basename={base}>
          <Notifications position="top-right" autoClose={6_000} />
          <Gate>
            <Shell />
          </Gate>
        </BrowserRouter>
      </QueryClientProvider>
    </MantineProvider>
  );
}
