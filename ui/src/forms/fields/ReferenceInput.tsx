import { Select } from '@mantine/core';
import { useRecords } from '../../api/records';
import { collectionOf, titleOf } from '../../entities/catalogue';
import { text } from '../../text';
import { useValue } from '../context';
import { isObject } from '../values';
import { described } from './described';
import type { FieldProps } from './FieldInput';

/** Another record, chosen by its name. */
export function ReferenceInput(props: FieldProps) {
  const { value, fault, set } = useValue(props.path);
  const collection = collectionOf(props.field.reference ?? '');
  const { records, isPending, error } = useRecords(`/${collection}`);
  const id = isObject(value) && typeof value.id === 'string' ? value.id : null;
  const data = records.map((record) => ({ value: record.id, label: titleOf(collection, record) }));
  // One that is not among those that were fetched is still the one that was chosen.
  if (id && !records.some((record) => record.id === id)) data.push({ value: id, label: id });
  return (
    <Select
      {...described(props)}
      data={data}
      value={id}
      error={fault ?? error?.message}
      placeholder={isPending ? text.lists.loading : text.forms.noneChosen}
      searchable
      clearable
      limit={100}
      nothingFoundMessage={text.lists.nothingFound}
      onChange={(chosen) => set(chosen ? { id: chosen } : undefined)}
    />
  );
}
