import './theme.css';
import { startAppearance } from './appearance';

// Imported before everything else, so that the first painted frame has the chosen colours.
startAppearance();
