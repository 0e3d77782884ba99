import { Button, Kbd } from '@mantine/core';
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { type NavigateFunction, useNavigate } from 'react-router';
import { ask } from '../api/client';
import type { RecordBody } from '../api/records';
import { useMayChange } from '../api/session';
import { entities, titleFor } from '../entities/catalogue';
import { text } from '../text';
import { hintOfPage, isOfRecords, labelOfPage, pages } from './pages';

const [store, spotlight] = createSpotlight();

/** Opens the search for those who do not know its keys. */
export function SearchButton() {
  return (
    <Button
      variant="default"
      leftSection={<IconSearch size={16} />}
      rightSection={<Kbd visibleFrom="xs">Ctrl K</Kbd>}
      onClick={spotlight.open}
    >
      {text.shell.search}
    </Button>
  );
}

/** Everything that has a name: pages, what can be made, records. */
export function Search() {
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate();
  const found = useRecordsOfAllKinds(isOpen);
  const made = useMayChange() ? makers(navigate) : [];
  return (
    <Spotlight
      store={store}
      shortcut={['mod + K', '/']}
      actions={[pageGroup(navigate), ...made, ...recordGroups(found, navigate)]}
      limit={20}
      attributes={{ content: { 'aria-label': text.shell.search } }}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound={text.shell.nothingFound}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: text.shell.searchPlaceholder,
        'aria-label': text.shell.search,
        onKeyDown: takeFirst,
      }}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
    />
  );
}

/** What comes in after something was typed is not chosen by itself: Enter takes the first then. */
function takeFirst({ key, currentTarget }: KeyboardEvent<HTMLInputElement>): void {
  const dialog = currentTarget.closest('[role="dialog"]');
  if (key !== 'Enter' || dialog?.querySelector('[data-selected]')) return;
  dialog?.querySelector<HTMLElement>('[data-action]')?.click();
}

/** As many of each kind as one answer holds: this is for finding, not for counting. */
function useRecordsOfAllKinds(isWanted: boolean) {
  return useQueries({
    queries: entities.map((entity) => ({
      queryKey: ['records', 'search', entity.collection],
      queryFn: async () => (await ask<{ data: RecordBody[] }>(`/${entity.collection}?size=1000`)).body.data,
      enabled: isWanted,
      staleTime: 30_000,
    })),
    combine: (results) => results.map(({ data }, index) => ({ entity: entities[index], records: data ?? [] })),
  });
}

function pageGroup(navigate: NavigateFunction): SpotlightActionGroupData {
  const actions = pages.map((page) => ({
    id: `page-${page.path}`,
    label: labelOfPage(page),
    description: hintOfPage(page),
    leftSection: <page.icon size={20} stroke={1.6} />,
    onClick: () => navigate(`/${page.path}`),
  }));
  return { group: text.shell.pages, actions };
}

function makers(navigate: NavigateFunction): SpotlightActionGroupData[] {
  const actions = pages.filter(isOfRecords).map(({ path }) => ({
    id: `new-${path}`,
    label: text.records.new(text.kinds[path]?.one ?? path),
    leftSection: <IconPlus size={20} stroke={1.6} />,
    onClick: () => navigate(`/${path}/new`),
  }));
  return [{ group: text.shell.actions, actions }];
}

type Found = ReturnType<typeof useRecordsOfAllKinds>;

function recordGroups(found: Found, navigate: NavigateFunction): SpotlightActionGroupData[] {
  return found.flatMap(({ entity, records }) => {
    if (!entity || records.length === 0) return [];
    const actions = records.map((record) => ({
      id: record.id,
      label: titleFor(entity, record),
      description: [text.kinds[entity.collection]?.one, ...tagsOf(record)].join(' · '),
      keywords: [record.id, ...tagsOf(record)],
      onClick: () => navigate(`/${entity.collection}/${record.id}`),
    }));
    return [{ group: text.kinds[entity.collection]?.many ?? entity.collection, actions }];
  });
}

const tagsOf = ({ tags }: RecordBody): string[] => (Array.isArray(tags) ? tags.map(String) : []);
