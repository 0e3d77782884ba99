import { snis } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';

export default function SniPages() {
  return <EntityPages entity={snis} />;
}
