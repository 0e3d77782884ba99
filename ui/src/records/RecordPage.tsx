import { Anchor, Badge, Breadcrumbs, Button, Card, Group, Menu, Skeleton, Stack, Tabs, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconCopy, IconDots, IconEdit, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { type RecordBody, recordPath, useRecord, useWrite } from '../api/records';
import { useMayChange } from '../api/session';
import { titleFor } from '../entities/catalogue';
import type { Child, Entity } from '../entities/entity';
import type { Schema } from '../forms/schema';
import { Notes } from '../lint/Notes';
import { text } from '../text';
import { DeleteDialog } from './DeleteDialog';
import { Failure } from './Failure';
import { Properties } from './Properties';
import { RecordList } from './RecordList';

export interface RecordPageProps {
  entity: Entity;
  schema: Schema;
  /** The collection that it is in. */
  path: string;
  id: string;
  /** Where the pages of its kind are. */
  pages: string;
  /** Where the list is that it stands in, and what that is called. */
  list: { to: string; label: string };
  /** By which hints are found, where that is not the schema. */
  hints?: string;
  /** The list of records below it, where that is not the usual one. */
  childList?: (child: Child, record: RecordBody, usual: ReactNode) => ReactNode;
  /** What its name is shown with. */
  badge?: (record: RecordBody) => ReactNode;
}

/** One record: what it is, and what belongs to it. */
export function RecordPage(props: RecordPageProps) {
  const { entity, path, id } = props;
  const { data, error, refetch } = useRecord(recordPath(path, id));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={320} />;
  return <Shown {...props} record={data.body} key={entity.collection + id} />;
}

function Shown(props: RecordPageProps & { record: RecordBody }) {
  const { entity, schema, record, list, pages, hints } = props;
  const children = entity.children ?? [];
  const configuration = (
    <Card withBorder p={0}>
      <Properties
        fields={schema.fields}
        record={record}
        schema={hints ?? entity.schema}
        label={text.records.overview}
      />
    </Card>
  );
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor component={Link} to={list.to} size="sm">
          {list.label}
        </Anchor>
      </Breadcrumbs>
      <Group justify="space-between" align="flex-start">
        <Group gap="sm">
          <Title order={1} size="h2" className="breakable">
            {titleFor(entity, record)}
          </Title>
          {record.enabled === false && (
            <Badge variant="default" tt="none">
              {text.lists.disabled}
            </Badge>
          )}
          {props.badge?.(record)}
        </Group>
        <Actions {...props} />
      </Group>
      <Notes id={record.id} />
      {children.length === 0 ? configuration : <ChildTabs {...props} configuration={configuration} pages={pages} />}
    </Stack>
  );
}

function ChildTabs(props: RecordPageProps & { record: RecordBody; configuration: ReactNode }) {
  const { entity, record, pages, configuration, childList } = props;
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const here = `${pages}/${record.id}`;
  const open = pathname.slice(here.length + 1).split('/')[0] ?? '';
  const children = entity.children ?? [];
  const tab = children.some(({ path }) => path === open) ? open : 'configuration';
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(to) => navigate(to === 'configuration' ? here : `${here}/${to}`, { replace: true })}
    >
      <Tabs.List>
        <Tabs.Tab value="configuration">{text.records.overview}</Tabs.Tab>
        {children.map(({ path, entity: child }) => (
          <Tabs.Tab key={path} value={path}>
            {text.kinds[child.collection]?.many}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="configuration" pt="md">
        {configuration}
      </Tabs.Panel>
      {children.map((child) => {
        const usual = <ChildList {...props} child={child} here={here} />;
        return (
          <Tabs.Panel key={child.path} value={child.path} pt="md">
            {childList?.(child, record, usual) ?? usual}
          </Tabs.Panel>
        );
      })}
    </Tabs>
  );
}

function ChildList({
  path,
  record,
  child,
  here,
}: RecordPageProps & { record: RecordBody; child: Child; here: string }) {
  return <RecordList {...childListProps(path, record, child, here)} />;
}

/** The list of what belongs to a record: with pages of its own, or below those of the record. */
export function childListProps(path: string, record: RecordBody, child: Child, here: string) {
  const { entity, foreign } = child;
  const pages = foreign ? `/${entity.collection}` : `${here}/${child.path}`;
  return {
    entity,
    path: `${recordPath(path, record.id)}/${child.path}`,
    pages,
    newPage: foreign ? `${pages}/new?${foreign}=${record.id}` : `${pages}/new`,
    without: foreign,
  };
}

function Actions({ entity, path, record, pages, list }: RecordPageProps & { record: RecordBody }) {
  const [asks, { open, close }] = useDisclosure(false);
  const write = useWrite();
  const mayChange = useMayChange();
  const navigate = useNavigate();
  const title = titleFor(entity, record);
  const remove = async () => {
    try {
      await write.mutateAsync({ method: 'DELETE', path: recordPath(path, record.id) });
      notifications.show({ color: 'teal', message: text.records.deleted(title) });
      navigate(list.to, { replace: true });
    } catch (error) {
      close();
      notifications.show({ color: 'red', title: text.failures.title, message: (error as Error).message });
    }
  };
  const copy = (what: string) => void navigator.clipboard?.writeText(what);
  return (
    <Group gap="xs">
      {mayChange && (
        <>
          <Button
            component={Link}
            to={`${pages}/${record.id}/edit`}
            leftSection={<IconEdit size={16} />}
            variant="default"
          >
            {text.records.edit}
          </Button>
          <Button color="red" variant="outline" leftSection={<IconTrash size={16} />} onClick={open}>
            {text.records.delete}
          </Button>
        </>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={text.lists.actions}>
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => copy(record.id)}>
            {text.records.copyId}
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => copy(JSON.stringify(record, null, 2))}>
            {text.records.copyJson}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <DeleteDialog
        title={text.records.deleteTitle(title)}
        opened={asks}
        isBusy={write.isPending}
        close={close}
        confirm={() => void remove()}
      />
    </Group>
  );
}
