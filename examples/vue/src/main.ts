import 'destination-oauth';
import { createApp } from 'vue';
import Destinations from './Destinations.vue';

createApp(Destinations).mount('#app');
