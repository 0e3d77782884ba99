import { SimpleGrid, Text } from '@mantine/core';
import type { Followed } from '../../following/followed';
import { reasonOf } from '../../overview/reason';
import { text } from '../../text';

/** What more is known of a request. */
export function Detail({ request }: { request: Followed }) {
  const { refused, latency, tries } = request;
  const [words, { milliseconds }] = [text.following.detail, text.overview];
  const known: [string, string | null][] = [
    [words.refused, refused && reasonOf(refused.by, refused.reason)],
    [words.id, request.id],
    [words.client, request.client_ip],
    [words.host, request.host],
    [words.service, request.service],
    [words.gateway, milliseconds(latency.gateway)],
    [words.upstream, latency.upstream === null ? null : milliseconds(latency.upstream)],
    [words.tries, tries.map(attempt).join(', ') || null],
  ];
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} p="xs">
      {known.map(([label, value]) => (
        <div key={label}>
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          <Text size="sm" className="breakable">
            {value ?? '–'}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

function attempt({ address, failure }: Followed['tries'][number]): string {
  return failure === null ? address : text.following.inVain(address);
}
