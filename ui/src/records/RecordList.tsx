import {
  Alert,
  Anchor,
  Button,
  Card,
  Group,
  Pagination,
  Skeleton,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Link, useLocation } from 'react-router';
import { type RecordBody, useRecords } from '../api/records';
import { useMayChange } from '../api/session';
import type { Entity } from '../entities/entity';
import { text } from '../text';
import { BulkActions } from './BulkActions';
import { Failure } from './Failure';
import { RecordTable, type RowAction } from './RecordTable';
import { useArranged } from './useArranged';

export interface RecordListProps {
  entity: Entity;
  /** The collection, as the Admin API has it. */
  path: string;
  /** Where the page of a record is, and that for a new one. */
  pages: string;
  newPage: string;
  /** The column that says where one is already. */
  without?: string;
  /** One more cell for each row. */
  extra?: { label: string; cell: (record: RecordBody) => ReactNode };
  rowAction?: RowAction;
}

const ROWS = 50;

/** Records of one kind: searched, sorted, filtered by tags, changed many at a time. */
export function RecordList(props: RecordListProps) {
  const { entity, path, newPage } = props;
  const [tags, setTags] = useState<string[]>([]);
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search, 120);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { records, isPending, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useRecords(path, tags);
  const columns = entity.columns.filter(({ field }) => field !== props.without);
  const arranged = useArranged(records, columns, wanted);
  const page = arranged.rows.slice((arranged.page - 1) * ROWS, arranged.page * ROWS);
  const pages = Math.max(1, Math.ceil(arranged.rows.length / ROWS));
  const known = useMemo(() => [...new Set(records.flatMap((record) => tagsOf(record)))].sort(), [records]);
  const kind = text.kinds[entity.collection];
  const isFiltered = wanted !== '' || tags.length > 0;
  const clear = () => {
    setSearch('');
    setTags([]);
  };

  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!isPending && records.length === 0 && !isFiltered) return <Nothing entity={entity} newPage={newPage} />;
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <TextInput
          className="grow search"
          leftSection={<IconSearch size={16} />}
          aria-label={text.lists.searchLabel(kind?.many ?? '')}
          placeholder={text.lists.searchPlaceholder}
          value={search}
          onChange={({ currentTarget }) => {
            setSearch(currentTarget.value);
            arranged.setPage(1);
          }}
        />
        <TagsInput
          className="tag-filter"
          aria-label={text.lists.tags}
          placeholder={tags.length === 0 ? text.lists.tags : undefined}
          data={known}
          value={tags}
          onChange={setTags}
          clearable
        />
        <NewButton entity={entity} newPage={newPage} />
      </Group>
      <Group justify="space-between" mih={30}>
        <Text size="sm" c="dimmed" role="status">
          {isPending ? text.lists.loading : countOf(arranged.rows.length, records.length, kind)}
        </Text>
        <BulkActions
          entity={entity}
          path={path}
          records={records.filter(({ id }) => selected.has(id))}
          done={() => setSelected(new Set())}
        />
      </Group>
      {isPending ? (
        <Skeleton height={240} />
      ) : (
        <RecordTable
          {...props}
          columns={columns}
          rows={page}
          arranged={arranged}
          selected={selected}
          select={setSelected}
        />
      )}
      {!isPending && arranged.rows.length === 0 && (
        <Alert variant="light" title={text.lists.nothingFound}>
          <Button variant="default" size="xs" onClick={clear}>
            {text.lists.clearFilters}
          </Button>
        </Alert>
      )}
      <Group justify="space-between">
        {pages > 1 && (
          <Pagination
            total={pages}
            value={arranged.page}
            onChange={arranged.setPage}
            getItemProps={(number) => ({ 'aria-label': text.lists.page(number) })}
            getControlProps={(control) => ({ 'aria-label': control })}
          />
        )}
        {hasNextPage && (
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {text.lists.more}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function tagsOf({ tags }: RecordBody): string[] {
  return Array.isArray(tags) ? tags.map(String) : [];
}

function countOf(shown: number, all: number, kind?: { one: string; many: string }): string {
  const { one, many } = kind ?? { one: '', many: '' };
  const plural = many === '' ? many : inSentence(many);
  return shown === all ? text.lists.count(all, one, plural) : text.lists.countOf(shown, all, one, plural);
}

/** A name of several within a sentence: abbreviations keep their letters. */
const inSentence = (many: string) => (/^[A-Z][a-z]/.test(many) ? many.charAt(0).toLowerCase() + many.slice(1) : many);

function NewButton({ entity, newPage }: { entity: Entity; newPage: string }) {
  const { pathname, search } = useLocation();
  const { one } = text.kinds[entity.collection] ?? { one: '' };
  if (!useMayChange()) return null;
  return (
    <Button
      component={Link}
      to={newPage}
      state={originOf(newPage, pathname + search)}
      leftSection={<IconPlus size={16} />}
    >
      {text.records.new(one)}
    </Button>
  );
}

/** Whoever makes a record from the page of another one is led back there. */
function originOf(newPage: string, here: string): { from: string } | undefined {
  const [kind] = newPage.slice(1).split('/');
  return here.startsWith(`/${kind}`) && !here.slice(1).includes('/') ? undefined : { from: here };
}

/** What to do where there is nothing yet. */
function Nothing({ entity, newPage }: { entity: Entity; newPage: string }) {
  return (
    <Card withBorder p="xl">
      <Stack align="center" gap="md">
        <Text ta="center" maw={520}>
          {text.kinds[entity.collection]?.empty}
        </Text>
        <NewButton entity={entity} newPage={newPage} />
      </Stack>
    </Card>
  );
}

/** A link that looks as text does until it is pointed at. */
export function QuietLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Anchor component={Link} to={to} size="sm" fw={500}>
      {children}
    </Anchor>
  );
}
