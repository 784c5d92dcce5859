export { Avatar, type AvatarProps, ServerIcon, type ServerIconProps } from './Avatar';
export { Badge, type BadgeProps, UnreadDot } from './Badge';
export { Banner, type BannerProps } from './Banner';
export { Button, type ButtonProps } from './Button';
export { Checkbox, type CheckboxProps } from './Checkbox';
export { ConfirmDialog, type ConfirmDialogProps } from './ConfirmDialog';
export { ContextMenu, type ContextMenuProps } from './ContextMenu';
export { cx } from './cx';
export { Dialog, type DialogProps } from './Dialog';
export { Drawer, type DrawerProps } from './Drawer';
export { EmptyState, type EmptyStateProps, ErrorState, type ErrorStateProps } from './EmptyState';
export { IconButton, type IconButtonProps } from './IconButton';
export { Keys, type KeysProps } from './Keys';
export { announce, LiveRegion } from './LiveRegion';
export {
  Menu,
  MenuCheckboxItem,
  type MenuCheckboxItemProps,
  MenuGroup,
  MenuItem,
  type MenuItemProps,
  type MenuProps,
  MenuRadioGroup,
  type MenuRadioGroupProps,
  MenuSeparator,
  SubMenu,
  type SubMenuProps,
} from './Menu';
export { Popover, type PopoverProps } from './Popover';
export { type Presence, PresenceDot, type PresenceDotProps } from './PresenceDot';
export { ProgressBar, type ProgressBarProps } from './ProgressBar';
export { RadioGroup, type RadioGroupProps, type RadioOption } from './RadioGroup';
export { Select, type SelectOption, type SelectProps } from './Select';
export { Loading, type LoadingProps, Skeleton, type SkeletonProps, SkeletonText } from './Skeleton';
export { Slider, type SliderProps } from './Slider';
export { type ChoiceProps, Switch } from './Switch';
export { type TabItem, Tabs, type TabsProps } from './Tabs';
export { TextArea, type TextAreaProps } from './TextArea';
export { TextField, type TextFieldProps } from './TextField';
export { Tooltip, type TooltipProps, type TooltipSide } from './Tooltip';
export { type ToastOptions, toast } from './toast';
export { UiProvider } from './UiProvider';
export { VisuallyHidden } from './VisuallyHidden';
