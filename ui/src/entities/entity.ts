/** What the pages need to know of a kind of record. Its fields come from its schema. */

/** How a value of a list is shown. */
export type Look = 'text' | 'code' | 'list' | 'tags' | 'enabled' | 'time' | 'address' | 'scope' | { reference: string };

export interface Column {
  /** The field, or the first of several that make the value. */
  field: string;
  look: Look;
}

/** Records that belong to one record. */
export interface Child {
  entity: Entity;
  /** The path below the record. */
  path: string;
  /** Whether they have pages of their own, with this field as the reference to the record. */
  foreign?: string;
}

export interface Entity {
  /** Its collection in the Admin API, which is also the path of its pages. */
  collection: string;
  /** The name of its schema. */
  schema: string;
  /** The first of these that a record has is what it is called. */
  titles: string[];
  columns: Column[];
  /** Whether records can be switched off. */
  canBeDisabled?: boolean;
  children?: Child[];
}
