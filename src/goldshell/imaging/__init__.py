"""Images: stacks from camera and scanner, regions, light against time, contrast."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.imaging.camera import Camera as Camera
    from goldshell.imaging.camera import prepare_camera as prepare_camera
    from goldshell.imaging.io import from_array as from_array
    from goldshell.imaging.io import open_stack as open_stack
    from goldshell.imaging.io import read_times as read_times
    from goldshell.imaging.organs import CurveNumbers as CurveNumbers
    from goldshell.imaging.organs import curve_numbers as curve_numbers
    from goldshell.imaging.organs import excised as excised
    from goldshell.imaging.organs import organ_summary as organ_summary
    from goldshell.imaging.organs import organ_table as organ_table
    from goldshell.imaging.propose import Proposal as Proposal
    from goldshell.imaging.propose import propose_rois as propose_rois
    from goldshell.imaging.quantify import RoiCurve as RoiCurve
    from goldshell.imaging.quantify import TimeActivity as TimeActivity
    from goldshell.imaging.quantify import time_activity as time_activity
    from goldshell.imaging.register import Drift as Drift
    from goldshell.imaging.register import find_drift as find_drift
    from goldshell.imaging.roi import Roi as Roi
    from goldshell.imaging.roi import RoiSet as RoiSet
    from goldshell.imaging.roi import from_mask as from_mask
    from goldshell.imaging.roi import read_rois as read_rois
    from goldshell.imaging.roi import write_rois as write_rois
    from goldshell.imaging.stack import ImageStack as ImageStack
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
