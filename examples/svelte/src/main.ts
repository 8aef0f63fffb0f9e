import 'destination-oauth';
import { mount } from 'svelte';
import Destinations from './Destinations.svelte';

const target = document.querySelector('#app');
if (target) mount(Destinations, { target });
