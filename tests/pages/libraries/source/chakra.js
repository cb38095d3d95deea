import { ChakraProvider, defaultSystem, Switch } from '@chakra-ui/react';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h(ChakraProvider, { value: defaultSystem },
  h(Switch.Root, { checked: on, disabled: locked, onCheckedChange: e => turn(e.checked) }, h(Switch.HiddenInput),
    h(Switch.Control, {}, h(Switch.Thumb)), h(Switch.Label, {}, row.label))));
