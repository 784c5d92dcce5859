import { search as strings } from '@/strings/search';
import { Select } from '@/ui/Select';
import type { SearchPlace } from './filters';
import styles from './SearchPanel.module.css';
import { changeSearch, type Search } from './searches';

const scopes = (['server', 'channel'] as const).map((value) => ({ value, label: strings.scopes[value] }));
const sorts = (['newest', 'relevance'] as const).map((value) => ({ value, label: strings.sorts[value] }));

/** Where to search, how to order it, and how much there is. */
export function SearchChoices({ place, search }: { place: SearchPlace; search: Search }) {
  const { scope, sort, found } = search;
  return (
    <div className={styles.choices}>
      {place.serverId && (
        <Select label={strings.where} hideLabel options={scopes} value={scope} onChange={(value) => changeSearch(place, { scope: value })} />
      )}
      <Select label={strings.order} hideLabel options={sorts} value={sort} onChange={(value) => changeSearch(place, { sort: value })} />
      {found && found.messages.length > 0 && <p className={styles.total}>{strings.total(found.total, found.total >= 500)}</p>}
    </div>
  );
}
