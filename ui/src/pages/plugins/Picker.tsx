import { Alert, Card, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { useNode } from '../../api/records';
import { Failure } from '../../records/Failure';
import { text } from '../../text';
import type { PluginText } from '../../text/en/plugins';

interface Offer extends PluginText {
  name: string;
}

interface Category {
  title: string;
  offers: Offer[];
}

/** All plugins that the gateway has, by what they are for. */
export function Picker() {
  const { data: node, error, refetch } = useNode();
  const [search, setSearch] = useState('');
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!node) return <Skeleton height={320} />;
  const shown = matching(categories(Object.keys(node.plugins.available_on_server)), search);
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">
          {text.picker.title}
        </Title>
        <Text c="dimmed" size="sm">
          {text.picker.choose}
        </Text>
      </div>
      <TextInput
        leftSection={<IconSearch size={16} />}
        aria-label={text.picker.search}
        placeholder={text.picker.search}
        value={search}
        autoFocus
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      {shown.length === 0 && <Alert variant="light" title={text.picker.nothingFound} role="status" />}
      {shown.map(({ title, offers }) => (
        <section key={title} aria-label={title}>
          <Title order={2} size="h4" mb="xs">
            {title}
          </Title>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
            {offers.map((offer) => (
              <OfferCard key={offer.name} offer={offer} />
            ))}
          </SimpleGrid>
        </section>
      ))}
    </Stack>
  );
}

/** Goes on with what the address says of the scope. */
function OfferCard({ offer }: { offer: Offer }) {
  const { search, state } = useLocation();
  return (
    <Card
      withBorder
      padding="sm"
      className="plugin-card"
      renderRoot={(props) => <Link to={{ pathname: `/plugins/new/${offer.name}`, search }} state={state} {...props} />}
    >
      <Text fw={600}>{offer.title}</Text>
      <Text size="sm" c="dimmed">
        {offer.what}
      </Text>
    </Card>
  );
}

function categories(available: string[]): Category[] {
  const known = text.plugins.map(({ title, plugins }) => ({
    title,
    offers: Object.entries(plugins)
      .filter(([name]) => available.includes(name))
      .map(([name, words]) => ({ name, ...words })),
  }));
  const named = new Set(known.flatMap(({ offers }) => offers.map(({ name }) => name)));
  const others = available.filter((name) => !named.has(name)).map((name) => ({ name, title: name, what: '' }));
  return [...known, { title: text.picker.other, offers: others }].filter(({ offers }) => offers.length > 0);
}

function matching(all: Category[], search: string): Category[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, title, what }: Offer) =>
    words.every((word) => `${name} ${title} ${what}`.toLowerCase().includes(word));
  return all
    .map(({ title, offers }) => ({ title, offers: offers.filter(fits) }))
    .filter(({ offers }) => offers.length > 0);
}
