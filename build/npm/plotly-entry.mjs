// Charts; loaded only by pages that have one.
import Plotly from "plotly.js-cartesian-dist-min";
export default Plotly;
