import { Checkbox, Group, Switch, Table, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconChevronUp, IconSelector } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { type RecordBody, recordPath, useWrite } from '../api/records';
import { useMayChange } from '../api/session';
import { titleFor } from '../entities/catalogue';
import type { Column } from '../entities/entity';
import { labelOf } from '../forms/labels';
import { NoteMark } from '../lint/Notes';
import { text } from '../text';
import { QuietLink, type RecordListProps } from './RecordList';
import type { Arranged } from './useArranged';
import { Cell } from './values';

export type RowAction = (record: RecordBody) => ReactNode;

interface RecordTableProps extends RecordListProps {
  columns: Column[];
  rows: RecordBody[];
  arranged: Arranged;
  selected: ReadonlySet<string>;
  select: (selected: ReadonlySet<string>) => void;
}

export function RecordTable(props: RecordTableProps) {
  const { entity, columns, rows, arranged, selected, select, extra, rowAction } = props;
  const all = rows.length > 0 && rows.every(({ id }) => selected.has(id));
  const some = rows.some(({ id }) => selected.has(id));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="table-scroll" tabIndex={0} aria-label={text.kinds[entity.collection]?.many}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={40}>
              <Checkbox
                aria-label={text.lists.selectAll}
                checked={all}
                indeterminate={some && !all}
                onChange={() => select(new Set(all ? [] : rows.map(({ id }) => id)))}
              />
            </Table.Th>
            {columns.map((column) => (
              <Heading key={column.field} column={column} arranged={arranged} />
            ))}
            {extra && <Table.Th>{extra.label}</Table.Th>}
            {rowAction && (
              <Table.Th w={60}>
                <span className="only-read">{text.lists.actions}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((record) => (
            <Row key={record.id} {...props} record={record} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Heading({ column, arranged }: { column: Column; arranged: Arranged }) {
  const label = labelOf(column.field);
  const direction = arranged.order?.field === column.field ? arranged.order.direction : undefined;
  const Icon = direction === undefined ? IconSelector : direction === 'ascending' ? IconChevronUp : IconChevronDown;
  return (
    <Table.Th aria-sort={direction ?? 'none'}>
      <UnstyledButton
        className="heading"
        aria-label={text.lists.sortBy(label)}
        onClick={() => arranged.sortBy(column.field)}
      >
        {label}
        <Icon size={14} aria-hidden />
      </UnstyledButton>
    </Table.Th>
  );
}

function Row({
  record,
  entity,
  path,
  pages,
  columns,
  selected,
  select,
  extra,
  rowAction,
}: RecordTableProps & { record: RecordBody }) {
  const title = titleFor(entity, record);
  const isSelected = selected.has(record.id);
  const toggle = () => {
    const next = new Set(selected);
    if (isSelected) next.delete(record.id);
    else next.add(record.id);
    select(next);
  };
  return (
    <Table.Tr bg={isSelected ? 'var(--mantine-primary-color-light)' : undefined}>
      <Table.Td>
        <Checkbox aria-label={text.lists.select(title)} checked={isSelected} onChange={toggle} />
      </Table.Td>
      {columns.map((column, index) => (
        <Table.Td key={column.field}>
          {index === 0 ? (
            <Group gap={6} wrap="nowrap">
              <QuietLink to={`${pages}/${record.id}`}>
                {typeof record[column.field] !== 'string' || record[column.field] === ''
                  ? titleFor(entity, record)
                  : String(record[column.field])}
              </QuietLink>
              <NoteMark id={record.id} />
            </Group>
          ) : column.look === 'enabled' ? (
            <EnabledSwitch path={path} record={record} title={title} />
          ) : (
            <Cell column={column} record={record} />
          )}
        </Table.Td>
      ))}
      {extra && <Table.Td>{extra.cell(record)}</Table.Td>}
      {rowAction && <Table.Td>{rowAction(record)}</Table.Td>}
    </Table.Tr>
  );
}

/** Switches a record on or off at once. */
function EnabledSwitch({ path, record, title }: { path: string; record: RecordBody; title: string }) {
  const write = useWrite();
  const mayChange = useMayChange();
  const toggle = async (enabled: boolean) => {
    try {
      await write.mutateAsync({ method: 'PATCH', path: recordPath(path, record.id), body: { enabled } });
    } catch (error) {
      notifications.show({ color: 'red', title: text.failures.title, message: String((error as Error).message) });
    }
  };
  return (
    <Switch
      aria-label={text.lists.toggle(title)}
      checked={record.enabled === true}
      disabled={write.isPending || !mayChange}
      onChange={({ currentTarget }) => void toggle(currentTarget.checked)}
    />
  );
}
