"""Light in tissue: optical properties, diffusion theory, photon Monte Carlo, and what a camera can see."""

from goldshell.imaging.optics.diffusion import effective_attenuation as effective_attenuation
from goldshell.imaging.optics.diffusion import escape as escape
from goldshell.imaging.optics.diffusion import fluence as fluence
from goldshell.imaging.optics.monte_carlo import Layer as Layer
from goldshell.imaging.optics.monte_carlo import Light as Light
from goldshell.imaging.optics.monte_carlo import simulate_layers as simulate_layers
from goldshell.imaging.optics.tissue import OpticalProperties as OpticalProperties
from goldshell.imaging.optics.tissue import Tissue as Tissue
from goldshell.imaging.optics.tissue import absorption as absorption
from goldshell.imaging.optics.tissue import properties as properties
from goldshell.imaging.optics.tissue import tissue as tissue
from goldshell.imaging.optics.tissue import tissue_names as tissue_names
from goldshell.imaging.optics.visibility import Camera as Camera
from goldshell.imaging.optics.visibility import Probe as Probe
from goldshell.imaging.optics.visibility import Visibility as Visibility
from goldshell.imaging.optics.visibility import visibility as visibility
from goldshell.imaging.optics.voxels import VoxelLight as VoxelLight
from goldshell.imaging.optics.voxels import simulate_voxels as simulate_voxels
