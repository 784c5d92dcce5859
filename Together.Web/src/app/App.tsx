export function App() {
  return <main>Together</main>;
}
