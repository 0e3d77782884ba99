import { keys } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';

export default function KeyPages() {
  return <EntityPages entity={keys} />;
}
