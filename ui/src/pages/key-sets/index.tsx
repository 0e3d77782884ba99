import { keySets } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';

export default function KeySetPages() {
  return <EntityPages entity={keySets} />;
}
