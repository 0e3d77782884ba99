import { Skeleton, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Route, Routes, useParams } from 'react-router';
import { type RecordBody, recordPath, useRecord } from '../api/records';
import { useSchema } from '../api/schemas';
import { titleFor } from '../entities/catalogue';
import type { Child, Entity } from '../entities/entity';
import type { Schema } from '../forms/schema';
import { NotFound } from '../shell/NotFound';
import { text } from '../text';
import { Failure } from './Failure';
import { RecordForm, type RecordFormProps } from './RecordForm';
import { RecordList } from './RecordList';
import { RecordPage, type RecordPageProps } from './RecordPage';

/** The inputs of a form, where they are not simply those of the schema. */
export type FormBody = (schema: Schema) => ReactNode;

export interface EntityPagesProps {
  entity: Entity;
  childList?: RecordPageProps['childList'];
  badge?: RecordPageProps['badge'];
  /** By the collection of records that are made below a record, or that of the entity itself. */
  bodies?: Record<string, FormBody>;
  /** The page for a new one, where it is not a form of the schema. */
  create?: ReactNode;
  /** The same for the page that changes one, and for the one that shows it. */
  edit?: (id: string) => ReactNode;
  show?: (id: string) => ReactNode;
}

/** All pages of a kind of record: the list, one record, a new one, changing one, and the same for what is made below it. */
export function EntityPages(props: EntityPagesProps) {
  const { entity, create, edit, show } = props;
  const nested = (entity.children ?? []).filter(({ foreign }) => foreign === undefined);
  return (
    <Routes>
      <Route index element={<List entity={entity} />} />
      <Route path="new/*" element={create ?? <Create {...props} />} />
      <Route path=":id/edit" element={<WithId of={edit ?? ((id) => <Edit {...props} id={id} />)} />} />
      {nested.map((child) => (
        <Route key={child.path} path={`:id/${child.path}`}>
          <Route path="new" element={<NestedCreate {...props} child={child} />} />
          <Route path=":childId" element={<NestedShow {...props} child={child} />} />
          <Route path=":childId/edit" element={<NestedEdit {...props} child={child} />} />
          <Route index element={<WithId of={show ?? ((id) => <Show {...props} id={id} />)} />} />
        </Route>
      ))}
      <Route path=":id/*" element={<WithId of={show ?? ((id) => <Show {...props} id={id} />)} />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}

function WithId({ of }: { of: (id: string) => ReactNode }) {
  const { id = '' } = useParams();
  return of(id);
}

function List({ entity }: { entity: Entity }) {
  const pages = `/${entity.collection}`;
  const kind = text.kinds[entity.collection];
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">
          {kind?.many}
        </Title>
        <Text c="dimmed" size="sm">
          {kind?.hint}
        </Text>
      </div>
      <RecordList entity={entity} path={pages} pages={pages} newPage={`${pages}/new`} />
    </Stack>
  );
}

/** Waits for a schema. */
export function WithSchema({ name, children }: { name: string; children: (schema: Schema) => ReactNode }) {
  const { data, error, refetch } = useSchema(name);
  if (data) return children(data);
  return error ? <Failure error={error} retry={() => void refetch()} /> : <Skeleton height={320} />;
}

type ExistingFormProps = Omit<RecordFormProps, 'record' | 'tag'> & { id: string };

/** Waits for the record that is to be changed. */
export function ExistingForm(props: ExistingFormProps) {
  return <Opened {...props} key={recordPath(props.path, props.id)} />;
}

/** Once it is open, the form stays, whatever is fetched or fails behind it. */
function Opened({ id, ...props }: ExistingFormProps) {
  const { data, error, refetch, isFetching, isFetchedAfterMount } = useRecord(recordPath(props.path, id));
  const [opened, open] = useState<typeof data>();
  if (!opened && data && (isFetchedAfterMount || !isFetching)) open(data);
  if (opened) return <RecordForm {...props} record={opened.body} tag={opened.tag} />;
  return error ? <Failure error={error} retry={() => void refetch()} /> : <Skeleton height={320} />;
}

function Create({ entity, bodies }: EntityPagesProps) {
  const pages = `/${entity.collection}`;
  return (
    <WithSchema name={entity.schema}>
      {(schema) => (
        <RecordForm entity={entity} schema={schema} path={pages} pages={pages}>
          {bodies?.[entity.collection]?.(schema)}
        </RecordForm>
      )}
    </WithSchema>
  );
}

function Edit({ entity, bodies, id }: EntityPagesProps & { id: string }) {
  const pages = `/${entity.collection}`;
  return (
    <WithSchema name={entity.schema}>
      {(schema) => (
        <ExistingForm entity={entity} schema={schema} path={pages} pages={pages} id={id}>
          {bodies?.[entity.collection]?.(schema)}
        </ExistingForm>
      )}
    </WithSchema>
  );
}

function Show({ entity, id, childList, badge }: EntityPagesProps & { id: string }) {
  const pages = `/${entity.collection}`;
  const list = { to: pages, label: text.kinds[entity.collection]?.many ?? '' };
  return (
    <WithSchema name={entity.schema}>
      {(schema) => (
        <RecordPage
          entity={entity}
          schema={schema}
          path={pages}
          pages={pages}
          id={id}
          list={list}
          childList={childList}
          badge={badge}
        />
      )}
    </WithSchema>
  );
}

type NestedProps = EntityPagesProps & { child: Child };

/** Where the records below one are, in the Admin API and among the pages. */
function useNested({ entity, child }: NestedProps) {
  const { id = '', childId = '' } = useParams();
  const path = `${recordPath(`/${entity.collection}`, id)}/${child.path}`;
  return { id, childId, path, pages: `/${entity.collection}/${id}/${child.path}` };
}

/** The field by which a record says what it belongs to is settled by where it is made. */
const PARENTS: Record<string, string[]> = { consumers: ['consumer'], upstreams: ['upstream'] };
const parentFields = (entity: Entity) => PARENTS[entity.collection] ?? [];

function NestedCreate(props: NestedProps) {
  const { child, bodies, entity } = props;
  const { id, path, pages } = useNested(props);
  return (
    <WithSchema name={child.entity.schema}>
      {(schema) => (
        <RecordForm
          entity={child.entity}
          schema={schema}
          path={path}
          pages={pages}
          belongsTo={{ field: parentFields(entity)[0] ?? '', collection: entity.collection, id }}
          hidden={parentFields(entity)}
        >
          {bodies?.[child.path]?.(schema)}
        </RecordForm>
      )}
    </WithSchema>
  );
}

function NestedEdit(props: NestedProps) {
  const { child, bodies, entity } = props;
  const { id, childId, path, pages } = useNested(props);
  return (
    <WithSchema name={child.entity.schema}>
      {(schema) => (
        <ExistingForm
          entity={child.entity}
          schema={schema}
          path={path}
          pages={pages}
          id={childId}
          belongsTo={{ field: parentFields(entity)[0] ?? '', collection: entity.collection, id }}
          hidden={parentFields(entity)}
        >
          {bodies?.[child.path]?.(schema)}
        </ExistingForm>
      )}
    </WithSchema>
  );
}

function NestedShow(props: NestedProps) {
  const { child, entity } = props;
  const { id, childId, path, pages } = useNested(props);
  const { data: parent } = useRecord(recordPath(`/${entity.collection}`, id));
  const label = parent ? titleFor(entity, parent.body as RecordBody) : id;
  return (
    <WithSchema name={child.entity.schema}>
      {(schema) => (
        <RecordPage
          entity={child.entity}
          schema={schema}
          path={path}
          pages={pages}
          id={childId}
          list={{ to: pages, label }}
        />
      )}
    </WithSchema>
  );
}
