import { services } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';

export default function ServicePages() {
  return <EntityPages entity={services} />;
}
