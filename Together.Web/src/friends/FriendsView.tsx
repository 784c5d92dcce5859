export function FriendsView() {
  return <main />;
}
