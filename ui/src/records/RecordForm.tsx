import { notifications } from '@mantine/notifications';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import type { JsonObject } from '../api/client';
import { useWrite } from '../api/records';
import { titleFor } from '../entities/catalogue';
import type { Entity } from '../entities/entity';
import type { Parent } from '../forms/copies';
import { FormPage } from '../forms/FormPage';
import { SchemaFields, SchemaForm } from '../forms/SchemaForm';
import { fieldOf, type Schema, without } from '../forms/schema';
import { useDraft } from '../forms/useDraft';
import { changed, filledIn } from '../forms/values';
import { text } from '../text';

export interface RecordFormProps {
  entity: Entity;
  schema: Schema;
  /** The name by which hints are found, where it is not that of the schema. */
  hints?: string;
  /** The collection that it is put into. */
  path: string;
  /** The record that is changed, and its entity tag; none for a new one. */
  record?: JsonObject;
  tag?: string | null;
  /** What a new record starts with. */
  start?: JsonObject;
  /** What a new record is called, where its kind says too little. */
  title?: string;
  /** Where the pages of its kind are. */
  pages: string;
  /** The record that it is made below. */
  belongsTo?: Parent;
  /** Fields that are settled. */
  hidden?: string[];
  /** The inputs, where they are not simply those of the schema. */
  children?: ReactNode;
}

/** Makes a record, or changes one. */
export function RecordForm(props: RecordFormProps) {
  const { entity, path, hidden } = props;
  const schema = useMemo(() => without(props.schema, hidden), [props.schema, hidden]);
  const start = useStart(schema, props.start);
  // What is fetched while somebody types is not what they have seen.
  const [{ record, tag }] = useState({ record: props.record, tag: props.tag });
  const [before] = useState(record ?? start);
  const draft = useDraft(schema, before);
  const write = useWrite();
  const navigate = useNavigate();
  const { state } = useLocation();
  const { one } = text.kinds[entity.collection] ?? { one: entity.collection };
  const target = record ? `${path}/${String(record.id)}` : path;
  const method = record ? 'PATCH' : 'POST';
  const body = () => (record ? changed(schema, before, draft.value) : filledIn(draft.value));

  const save = async () => {
    const { body: saved } = await write.mutateAsync({ method, path: target, body: body(), ifMatch: tag });
    const title = titleFor(entity, saved);
    notifications.show({ message: record ? text.records.saved(title) : text.records.created(title), color: 'teal' });
    navigate(returnPath(state) ?? `${props.pages}/${saved.id}`, { replace: true });
  };

  return (
    <FormPage
      title={record ? text.records.editTitle(titleFor(entity, record)) : (props.title ?? text.records.new(one))}
      collection={entity.collection}
      schema={props.hints ?? entity.schema}
      draft={draft}
      isEdit={record !== undefined}
      isBusy={write.isPending}
      sending={() => ({ method, path: target, body: body() })}
      record={() => filledIn(draft.value)}
      belongsTo={props.belongsTo}
      save={save}
    >
      <SchemaForm
        name={props.hints ?? entity.schema}
        value={draft.value}
        faults={draft.faults}
        isEdit={record !== undefined}
        onChange={draft.setValue}
      >
        {props.children ?? <SchemaFields name={props.hints ?? entity.schema} schema={schema} />}
      </SchemaForm>
    </FormPage>
  );
}

/** Where a form was opened from, if it is to lead back there. */
function returnPath(state: unknown): string | undefined {
  return (state as { from?: string } | null)?.from;
}

/** A link may say what a new record belongs to: `?service=<id>`. */
function useStart(schema: Schema, given: JsonObject = {}): JsonObject {
  const [parameters] = useSearchParams();
  const references = [...parameters].filter(([name]) => fieldOf(schema, name)?.type === 'foreign');
  return { ...given, ...Object.fromEntries(references.map(([name, id]) => [name, { id }])) };
}
