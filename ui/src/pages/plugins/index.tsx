import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Route, Routes, useParams } from 'react-router';
import { recordPath, useRecord } from '../../api/records';
import { usePluginSchema } from '../../api/schemas';
import { plugins } from '../../entities/catalogue';
import type { Schema } from '../../forms/schema';
import { EntityPages, ExistingForm } from '../../records/EntityPages';
import { Failure } from '../../records/Failure';
import { RecordForm } from '../../records/RecordForm';
import { RecordPage } from '../../records/RecordPage';
import { Scope } from '../../records/values';
import { text } from '../../text';
import { Picker } from './Picker';
import { PluginFields } from './PluginFields';
import { titleOfPlugin } from './titles';

const PAGES = '/plugins';

export default function PluginPages() {
  return (
    <EntityPages
      entity={plugins}
      create={
        <Routes>
          <Route index element={<Picker />} />
          <Route path=":name" element={<Create />} />
        </Routes>
      }
      edit={(id) => <WithPlugin id={id}>{(name, schema) => <Edit id={id} name={name} schema={schema} />}</WithPlugin>}
      show={(id) => <WithPlugin id={id}>{(name, schema) => <Show id={id} name={name} schema={schema} />}</WithPlugin>}
    />
  );
}

const form = (name: string, schema: Schema) => ({
  entity: plugins,
  schema,
  hints: `plugins/${name}`,
  path: PAGES,
  pages: PAGES,
  children: <PluginFields name={name} schema={schema} />,
});

function Create() {
  const { name = '' } = useParams();
  const title = text.records.new(titleOfPlugin(name));
  return (
    <WithPluginSchema name={name}>
      {(schema) => <RecordForm {...form(name, schema)} start={{ name }} title={title} />}
    </WithPluginSchema>
  );
}

function Edit({ id, name, schema }: { id: string; name: string; schema: Schema }) {
  return <ExistingForm {...form(name, schema)} id={id} />;
}

function Show({ id, name, schema }: { id: string; name: string; schema: Schema }) {
  return (
    <RecordPage
      entity={plugins}
      schema={schema}
      hints={`plugins/${name}`}
      path={PAGES}
      pages={PAGES}
      id={id}
      list={{ to: PAGES, label: text.kinds.plugins?.many ?? '' }}
      badge={(record) => <Scope record={record} />}
    />
  );
}

/** Waits for the schema of the plugin that a record configures. */
function WithPlugin({ id, children }: { id: string; children: (name: string, schema: Schema) => ReactNode }) {
  const { data, error, refetch } = useRecord(recordPath(PAGES, id));
  if (!data) return error ? <Failure error={error} retry={() => void refetch()} /> : <Skeleton height={320} />;
  const name = String(data.body.name);
  return <WithPluginSchema name={name}>{(schema) => children(name, schema)}</WithPluginSchema>;
}

function WithPluginSchema({ name, children }: { name: string; children: (schema: Schema) => ReactNode }) {
  const { data, error, refetch } = usePluginSchema(name);
  if (data) return children(data);
  return error ? <Failure error={error} retry={() => void refetch()} /> : <Skeleton height={320} />;
}
