"""Every threshold and limit, in one place, with its source.

A value marked *assumed* is a design choice that no source settles; a value marked *measured* was found on clips that
are not those it is reported on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class VideoSettings:
    """Limits on what is read, and how the clock is judged."""

    max_duration_s: float = 1800.0
    """Longest clip that is scored (assumed; ``--max-duration``)."""
    max_file_bytes: int = 4 * 1024**3
    """Largest file that is opened (assumed; ``--max-size``)."""
    max_pixels: int = 4096 * 4096
    """Largest picture that is decoded; above it a file is taken for hostile (assumed)."""
    stall_timeout_s: float = 60.0
    """A worker that makes no progress for so long is ended (assumed)."""
    gap_s: float = 0.2
    """An interval between pictures longer than this is a gap: movement at 2.5 Hz could pass unseen (assumed)."""
    max_frames: int = 432_000
    """Most pictures that are read of one clip: the longest clip at 240 a second (assumed)."""
    worker_memory_bytes: int = 16 * 1024**3
    """Address space that a worker may take. Face and hands in 4K pictures took 1.3 GB on two cores (measured); each
    further core reserves some for its thread."""
    repeat_flicker_share: float = 0.35
    """A picture repeats the one before if it flickers and moves less than this share of what recent new pictures
    do (measured: see ``tdscreen.video.repeats``)."""
    repeat_most_movement_level: float = 1.5
    """A repeat differs by no more than this mean level of 255 in any cell of a 24 x 24 grid: repeats encoded again
    at 8 Mbit/s differed by 1.3 at most, a person who has slowed down by 3 to 15 (measured)."""
    least_flicker_level: float = 0.5
    """Flicker of new pictures, in levels of 255, below which a repeat cannot be told from a still scene
    (measured)."""
    still_share: float = 0.9
    """If more than this share of pictures repeats, the scene is still and free of noise (assumed)."""
    truncated_slack_s: float = 0.5
    """A clip that ends by more than this before its declared end was cut off; sound may outlast pictures by less
    (assumed)."""


@dataclass(frozen=True)
class TrackingSettings:
    """How landmarks are found, and how one person is followed."""

    max_faces: int = 4
    max_hands: int = 4
    """The patient's two and those of someone who passes by, so that these cannot take a place of the patient's."""
    min_detection_confidence: float = 0.5
    min_tracking_confidence: float = 0.5
    search_every_s: float = 0.2
    """Who or what comes into the picture is looked for at least so often, so that it is found within a quarter of a
    second if the detector sees it at once (assumed). To look in every picture takes longer than to follow a hand."""
    search_moving_s: float = 0.09
    """Hands are looked for so often while something moves that is not followed: whoever comes in is looked at three
    times in a quarter of a second, since the first look may not see a hand that is half out of the picture (assumed;
    the middle of what fits 24, 25 and 30 pictures a second, of which every second is then looked through)."""
    change_samples: int = 96
    change_cell_samples: int = 4
    """Pixels compared along the picture's longer side, and along a cell's: a cell of 1080p is 80 px wide, a palm at
    arm's length 100 to 300 (assumed)."""
    change_level: float = 6.0
    change_ratio: float = 2.0
    """A cell has changed if its pixels differ in the mean by this, of 255, and by so many times what the cells differ
    by in the median (assumed)."""
    search_on_s: float = 0.5
    """In every picture for so long after the number of faces or hands followed has changed: at the beginning, and where
    one is lost, which may be seen again at once (assumed)."""
    pictures_ahead: int = 6
    """Pictures in work at one time, in the stages of tracking and between them: one for each stage, and 6 MB each at
    1080p (assumed)."""
    far_min_confidence: float = 0.5
    """Of the full-range face detector; the mesh must then see a face in the crop, too."""
    far_patience: int = 5
    """Pictures without a face after which one is looked for far away; at the clip's beginning at once (assumed)."""
    far_search_every: int = 3
    """Every so many pictures one view is looked through: 6 ms (assumed)."""
    far_look_up_every: int = 10
    """While a face is followed far away, the whole picture is looked at every so many pictures (assumed)."""
    far_crop_faces: float = 2.2
    """Side of the crop in sizes of the face (assumed)."""
    duplicate_distance: float = 0.35
    """Two finds whose centres are nearer than this, in sizes, are one thing found twice (assumed)."""
    face_max_jump: float = 0.6
    """Farthest step of a face from its predicted place between frames, in face widths (assumed)."""
    face_max_absence_s: float = 1.0
    person_size_ratio: float = 1.7
    """Faces whose sizes differ by more than this are not the same person come back (assumed)."""
    person_max_distance: float = 1.0
    """One who is mostly farther than this from the followed person's place, in face widths, is another (assumed) ..."""
    person_max_absence_s: float = 3.0
    """... but for one who goes on within this time from where the person was lost (assumed)."""
    hand_max_jump: float = 1.5
    """In palm lengths: a tapping hand moves by half a palm between frames at 15 fps (assumed)."""
    hand_max_absence_s: float = 0.5
    hand_vote_weight: float = 1.0
    """What a contradicting handedness costs, in palm lengths (assumed)."""
    hand_reach_faces: float = 6.0
    """A hand farther from the face than this, in face widths, is someone else's: an arm with its hand is about
    75 cm long and a face 14 cm wide (assumed)."""
    palm_to_face_min: float = 0.2
    palm_to_face_max: float = 2.0
    """Palm length over face width, 0.65 at equal distance; a hand held out to the camera looks up to three times
    as large (assumed)."""


@dataclass(frozen=True)
class BackgroundSettings:
    """How the camera's own movement is read off the room behind the person."""

    width_px: int = 320
    """Width of the small picture in which the background is followed."""
    max_corners: int = 60
    min_corners: int = 10
    """Fewer corners than this, or in fewer twelfths of the picture than ``min_cells``, may be one thing that moves by
    itself (assumed)."""
    min_cells: int = 3
    min_corner: float = 3e-5
    """Least corner response, smaller eigenvalue over 5 px (measured: the panels of a white door and dark cloth are
    followed, a studio wall is not)."""
    max_difference: float = 0.6
    """A corner must look the same again: mean difference about it, in standard deviations of what lies there. Noise
    alone has 1.1 (assumed)."""
    corner_distance_px: float = 8.0
    min_agreement: float = 0.5
    """Share of the corners that must move as one: most of the background stands still (assumed)."""
    min_error_px: float = 0.2
    max_error_px: float = 1.0
    """A corner that is farther off than 2.5 times the median error does not agree; between these bounds, in px of the
    small picture (assumed)."""
    break_s: float = 0.3
    """Longer than ``VideoSettings.gap_s``, so that nothing is joined across a break in which nobody knows what the
    camera did."""


@dataclass(frozen=True)
class DisplacementSettings:
    """How patches of skin are followed in the picture."""

    face_width_px: float = 224.0
    """Width of the face in the crop, whatever it is in the picture: 1.6 px a millimetre (assumed)."""
    margin: float = 0.12
    """Of the face's size, around it."""
    fine_blur_px: float = 1.0
    """Takes out the sensor's noise, and keeps pores and hairs (assumed)."""
    coarse_blur_px: float = 2.0
    light_px: float = 9.0
    """What varies over more than about twice this is light and not skin (assumed)."""
    patch_radius_px: int = 8
    """5 mm."""
    rounds: int = 3
    """Steps of the alignment, coarse and then fine; a fourth changed no movement sideways or of brows by 0.01 of its
    size (measured)."""
    settling_s: float = 0.3
    """After a face is found: no picture of reference is taken before (the mesh settles by 0.2 to 0.5 mm, measured)."""
    max_absence_s: float = 0.5
    max_jump: float = 0.6
    """Farthest step of a face between pictures, in face widths: beyond it is another's (assumed)."""
    error_share: float = 0.15
    """Of a patch's residual over its contrast: its standard error from picture to picture (measured on four still and
    moving portraits, where it was 0.1 to 0.2; fewer pixels are independent than a patch has)."""
    max_unmatched_s: float = 1.0
    min_found_share: float = 0.5
    """If so few of the face's rigid patches are found for so long, another picture of reference is taken (assumed)."""
    iris_every_s: float = 0.15
    """So often the irises are read (assumed)."""
    turn_deg: float = 10.0
    """A head turned or nodded farther than this from every picture of reference gets another (assumed)."""
    turn_hysteresis_deg: float = 3.0
    max_references: int = 9
    firm_reach_px: float = 6.0
    """A patch of what does not move by itself is found no farther than this from where its like say it is (assumed)."""
    reach_px: float = 24.0
    """A patch of a moving part is found no farther from where the landmarks put it: 15 mm (assumed)."""
    min_shown: float = 0.5
    """A patch of which less of its area is shown than in the reference has turned away (assumed)."""
    min_match: float = 0.5
    """A patch that correlates less than this with the reference was not found again (assumed)."""


@dataclass(frozen=True)
class GeometrySettings:
    """Rulers that every clip carries."""

    iris_mm: float = 11.7
    """Visible iris, horizontally, 11.7 +- 0.5 mm in nearly everyone (12.2 is also published)."""
    iris_uncertainty: float = 0.10
    """Standard uncertainty of a millimetre by the iris: the spread between people, what rendered faces showed, and
    skin nearer to the camera than the iris (measured: 10.5 to 11.8 mm of a true 11.7)."""
    iris_read_uncertainty: float = 0.055
    """The same where the irises were read from the picture: the spread between people, 4.3%, what the reading of
    rendered irises was off by, 1%, and skin that is nearer than the iris or farther, 3%."""
    iris_min_readings: int = 8
    iris_max_turn_deg: float = 15.0
    """Irises are read in pictures in which the head is turned by no more than this (assumed)."""
    iris_percentile: float = 60.0
    """Of the diameters in a clip: closing lids and turning away make an iris narrower, never wider (assumed)."""
    palm_mm: float = 95.0
    """Wrist to the knuckle of the middle finger in an adult's hand (assumed)."""
    palm_uncertainty: float = 0.10
    """Standard uncertainty of a millimetre by the palm (assumed)."""
    palm_percentile: float = 80.0
    """Of the palm lengths in a clip: a palm seen at a slant is shorter, never longer (assumed)."""
    palm_rounds: int = 6
    finger_weight: float = 0.5
    finger_still_mm: float = 0.3
    """How a hand is held still: a point of a finger that moves by so many mm counts a quarter of ``finger_weight``, a
    point of the palm 1 (chosen on a virtual person of seed 101 and a rendered hand all of whose fingers bend)."""
    palm_tilt_deg: tuple[float, float] = (3.0, 6.0)
    """The depth of a hand's landmarks is not heard where the palm tilts by less than the first (root mean square), and
    whole from the second on: still palms seemed to tilt by 0.8 to 2.3 degrees while a finger moved (measured)."""
    depth_gain: tuple[float, float] = (0.7, 1.6)
    """By how much the world's depth of a fingertip may be scaled to the size that it has in the picture (assumed)."""
    max_slope: float = 2.0
    """A tip goes no farther towards the camera than this, for each mm across (assumed): one that comes straight at it
    is not seen."""


@dataclass(frozen=True)
class FaceSettings:
    """Blinks, and what stillness of the face shows."""

    open_eye_percentile: float = 80.0
    blink_closure: float = 0.65
    """Lids nearer than this share of the open eye are closed (assumed)."""
    blink_max_s: float = 0.4
    """Lids that stay closed for longer do not blink but are squeezed or shut: a blink takes 0.1 to 0.4 s, its way down
    and up included."""
    blink_join_s: float = 0.2
    """Pictures of a closed eye that are no farther apart are of one closure: of one person the mesh opened the eyes for
    0.17 s in the midst of a blink (measured)."""
    blink_flank_s: float = 0.18
    """Before and after, in which the lids are on their way (down within 0.1 s, up within 0.2 s: VanderWerf 2003), and
    in which the mesh shows one eye closed before the other."""
    lid_wander_mm: float = 3.0
    """So much nearer than they are the mesh puts the lids of one eye when the eyes look aside or the head turns: from
    8.8 to 5.6 mm in a virtual person who looks about, the other eye's by less than 1 (measured)."""
    blink_max_absence_s: float = 0.2
    """Lids not seen for longer may have done anything meanwhile, as ``MotionSettings.max_gap_s`` (assumed)."""
    settling_s: float = 0.2
    """After a face is found the mesh settles by 0.2 to 0.5 mm (measured): not measured from."""
    max_turn_deg: float = 35.0
    """Turned farther away than this, half of the mesh is guessed (assumed)."""
    height_mm: float = 180.0
    """Of the mesh's face, from the hairline to the chin (assumed)."""
    max_nod_deg: float = 35.0
    """The same up and down. Faces that look straight ahead have -1 to -10 here (measured on eight people)."""


@dataclass(frozen=True)
class FusionSettings:
    """How landmarks and picture are joined."""

    shape_frames: int = 240
    """So many pictures, evenly spread, give the shape of the face."""
    learn_frames: int = 900
    """So many, evenly spread, tell where the patches lie on the face and what each is worth."""
    frames_at_once: int = 512
    depth_error_mm: float = 3.0
    """By how much the mesh may err in the depth of a place of the face (assumed)."""
    residual_mm: float = 0.3
    """By how much a patch may be off for other reasons, half a second at a time (assumed)."""
    mesh_turn_error: float = 0.03
    """Standard error of the head's turn by the mesh, radians (assumed)."""
    least_error_px: float = 0.02
    farthest_mm: float = 25.0
    farthest_still_mm: float = 3.0
    """No skin of a moving part, and none of the rest, is found farther from its place at rest (assumed)."""
    common_error_mm: float = 0.1
    """Error that patches of one part share or do not know of: none counts for more than so much (assumed)."""
    min_worth_seen: float = 0.5
    """A part is seen where patches with at least this share of its worth are (assumed)."""
    focal_share: float = 0.74
    """Focal length of the camera in longer sides of the picture: that of a phone's main camera, 26 mm on film of 36 mm
    (assumed)."""
    camera_ratios: tuple[float, ...] = (16 / 9, 4 / 3, 3 / 2)
    ratio_tolerance: float = 0.03
    """Shapes of a camera's picture, and by what share one may be off: sides cut to whole blocks of 16 pixels change
    it by as much (416 x 720 for 9:16). Without the swing the chins of six people were found 0.86 as far."""
    max_slant: float = 0.15
    """A face is not expected farther below the axis than this, per distance (assumed)."""
    swing: Mapping[str, float] = field(default_factory=lambda: {"chin": 0.95, "lower_lip": 0.6})
    """How far parts on the jaw go back for each mm that they go down: the hinge lies some 80 mm behind the chin and
    75 mm above it (assumed). A camera at the height of the eyes sees a chin that goes back as one that rises."""
    chin_edge_mm: float = 0.0
    """So far below the middle of the chin's front (point 199 of the mesh) its movement is read off (assumed)."""
    chin_stiffness_mm: float = 3.0
    """Keeps the line through the chin's patches from following their errors (assumed)."""
    min_samples: int = 10
    min_share_seen: float = 0.35
    """A picture that shows a part in less of the time than this is not heard: a third of the pictures tell how far a
    mesh's course must be stretched, and a jaw that opens widely is lost in more than half of them (measured: the jaw of
    a person of seed 232, seen in 0.47, came out at 1.12 of its size, and with 0.5 was not assessed; 20 other clips of
    people below seed 250, nine of them still, did not change. Held back: seed 241, 0.78 of the size and all the time
    instead of 0.64 and 19% of a true 88)."""
    mesh_loss: float = 0.35
    """Share of a movement that the mesh may lose or add: 15 to 84%, and a third too much of the gap between the lips
    (measured on warped portraits and rendered faces)."""
    witness_error: tuple[tuple[str, float], ...] = (
        ("jaw.opening", 0.25),
        ("lips.opening", 0.2),
        ("", 0.08),
    )
    """End of the signal's name, and the standard uncertainty of its size by the picture, as the logarithm of a factor
    (measured on four virtual people of seeds below 100 and four warped portraits: 0.84 to 1.05 of the truth, and of the
    gap between the lips, which the picture tells by their outer borders, 0.73 to 0.95). The jaw's errors are few and
    large: root mean square 0.30 in seven clips of people of even seeds from 200 to 204, among them two of a jaw under
    lips that move more than it, and 0.03 in five of the odd ones; six of seeds 100 to 105 were at 0.88 to 0.98."""
    max_error_ratio: float = 1.0
    """A picture whose error is above the landmarks' times this is not heard (assumed)."""


@dataclass(frozen=True)
class StillnessSettings:
    """How much of a signal is stillness: for each signal a factor and a minimum.

    The factor says how many times the range of the still points (cheekbones, sides of the nose; knuckles) the signal
    shows when it is still itself. Measured on 18 still portraits that were shifted, tilted and slanted like a
    hand-held recording, at 34, 24 and 15 px of iris and two levels of noise: the largest ratio found, times 1.5 for
    what a picture lacks and a living face has. The minimum is what breathing, pulse and tone move at rest (assumed).
    """

    face: tuple[tuple[str, float, float], ...] = (
        ("brow_left_height", 5.0, 0.6),
        ("brow_right_height", 5.0, 0.6),
        ("brow_half_distance", 2.5, 0.6),
        ("eye_left_opening", 1.7, 2.0),
        ("eye_right_opening", 1.7, 2.0),
        ("lips.opening", 6.0, 0.6),
        ("lips.width", 8.0, 0.8),
        ("lips.protrusion", 2.2, 3.0),
        ("lips.side_shift", 6.0, 0.6),
        ("lips.height", 4.0, 0.6),
        ("jaw.opening", 9.0, 0.8),
        ("jaw.side_shift", 4.5, 0.8),
        ("head.sideways", 4.0, 4.0),
        ("head.up_down", 4.0, 4.0),
        ("head.turn", 7.0, 2.0),
        ("head.nod", 6.0, 2.0),
        ("head.tilt", 4.0, 2.0),
    )
    """End of the signal's name, factor, minimum. The head's own minimum is wide because a camera that moves and a
    head that moves look the same (assumed). The lids' row is of what both eyes show: four clips of virtual people at
    rest (seeds 200 to 203) had 0.4 to 1.15 times the still points and up to 1.2 mm, six others no more (measured). The
    mesh's depth of the lips follows the brows: by 2.6 mm of range where these moved by 6 (measured on a warped
    portrait), so that their protrusion counts from 3 mm on."""
    patches: tuple[tuple[str, float, float], ...] = (
        ("brow_left_height", 1.7, 0.5),
        ("brow_right_height", 1.7, 0.5),
        ("brow_half_distance", 0.6, 0.5),
        ("lips.opening", 1.1, 0.6),
        ("lips.width", 2.0, 0.6),
        ("lips.side_shift", 1.6, 0.6),
        ("lips.height", 1.7, 0.6),
        ("jaw.opening", 2.6, 0.8),
        ("jaw.side_shift", 2.4, 1.0),
    )
    """The same where the size is the picture's; the witness is the joined path of three patches of skin under the eye
    and beside the nose, of either side. Measured on nine clips of still virtual people of seeds 200 to 208 (breathing,
    shaken by a hand, turning the head; H.264 as a phone writes it): the second largest ratio found, times 1.5, and for
    the lip's height what a tenth, of the darkest skin, needed. None of eleven such clips and a shaken portrait then
    showed more than its limit. The brows' are the largest ratio of eight such clips, 1.45 and 0.38, and a sixth more.
    Of head movement that is very small the signals' own jitter and the minimum decide. The jaw's are wider, since lips
    that move take the chin's skin along: 0.9 mm of range where they moved by 6 (measured on warped portraits)."""
    tongue: tuple[tuple[str, float, float], ...] = (
        ("reach", 1.0, 4.0),
        ("side", 2.0, 4.0),
        ("area", 20.0, 120.0),
    )
    """The same for the tongue, seen by the model of the mouth's crop; area in mm2 (assumed)."""
    hand: tuple[tuple[str, float, float], ...] = (
        ("wrist_sideways", 0.0, 5.0),
        ("wrist_up_down", 0.0, 5.0),
        ("_tip", 1.5, 3.0),
        ("_flexion", 1.0, 6.0),
        ("thumb_index", 1.0, 4.0),
    )
    """The same for hands; the witness of the fingers is the wrist's path in the picture, since a hand that is carried
    about is seen anew in every picture. Measured on 20 clips of four still hands (two rendered, two real) that were
    shifted and slanted like a hand-held recording: 0.3 to 1.5 times the wrist's range, 1.8 in one of them. Of 60
    fingers of still hands of three virtual people (seeds 102 to 104, 2 s each, arm still or moving) none passed these
    limits. The wrist's own minimum is wide because a camera that moves and an arm that moves look the same
    (assumed)."""
    in_room: tuple[tuple[str, float, float], ...] = (
        ("head.sideways", 1.5, 0.5),
        ("head.up_down", 1.5, 0.5),
        ("head.tilt", 1.5, 0.0),
        ("wrist_sideways", 5.0, 0.5),
        ("wrist_up_down", 5.0, 0.5),
    )
    """Where the room behind the person was followed and the camera's movement taken out: end of the signal's name,
    minimum, and the share of the camera's movement that may be left. A camera that turns moves near and far alike, one
    that is carried moves the near more, and how much of each a hand does is not known (assumed)."""
    min_room_share: float = 0.8
    """Of the pictures that show head or hand; where the room was followed in fewer, nothing is taken out (assumed)."""


@dataclass(frozen=True)
class MotionSettings:
    """The band, the window, the peak, and what a movement must show to be called by a name."""

    band_low_hz: float = 0.5
    band_high_hz: float = 7.0
    """Movement is measured from the slowest rate of tardive dyskinesia (assumed) to above rabbit syndrome (5 Hz)."""
    band_edge_gain: float = 0.96
    """Gain at both edges of the band; within it the gain is nearer to 1."""
    slow_order: int = 3
    """Order of the penalty that removes what is slower than the band: a parabola passes into the slow part whole."""
    fast_order: int = 5
    """Order of the penalty that removes what is faster than the band."""
    window_s: float = 1.0
    edge_window_s: float = 0.45
    """Where a bout begins and ends is read from windows this short (measured, with the next three and the pause, on
    600 simulated clips: ``benchmarks/share_of_time.py``, seed 1; 0.45 and 0.6 s did alike) ..."""
    edge_level_share: float = 0.15
    edge_limit_share: float = 0.5
    """... in which the range exceeds these shares of the bout's own largest range in a second, and of the limit ..."""
    edge_lag_s: float = 0.1
    """... and a movement has lasted about this long before it does."""
    max_pause_s: float = 1.0
    """A shorter pause is no end of a bout: half a period of the slowest movement looks the same."""
    chance_percent: float = 10.0
    """Movement in no more of the time than this may be chance: noise alone moves 5% of windows."""
    quiet_percentile: float = 10.0
    above_quiet: float = 3.0
    lowest_limit_share: float = 0.5
    """Where more than chance moves, a bout goes on while a second shows three times what the quietest tenth of the clip
    does, and half the detection limit: a limit that holds for the worst that stillness may show is often several times
    what it shows (measured, the same, on movements near their detection limit)."""
    noise_percentile: float = 95.0
    max_gap_s: float = VideoSettings.gap_s
    """A longer interval without a sample ends a span."""
    min_span_s: float = 2.0
    """Shorter spans are not assessed. The band begins at half a hertz, and this is one period of it: of 1 Hz a span of
    1 s shows 0.46 of the amplitude, one of 2 s 1.05, one of 2 s still 0.63 of 0.6 Hz (measured on sines)."""
    max_grid_hz: float = 120.0
    """Samples are laid on a grid no finer than this: nothing is looked for above 12 Hz."""
    segment_s: float = 4.0
    """Length of the pieces whose spectra are averaged: two periods of the slowest movement."""
    spectrum_high_hz: float = 12.0
    """Highest frequency looked at: essential tremor reaches 12 Hz."""
    tremor_low_hz: float = 4.0
    """A narrow peak at or above this is tremor-like: parkinsonian from 3 to 8, essential from 4 to 12 Hz."""
    tremor_max_width_hz: float = 1.0
    """A peak this narrow (full width at half height) is regular (assumed; a segment alone makes 0.36 Hz)."""
    tremor_min_regularity: float = 0.6
    """Correlation of a tremor with itself two periods later (assumed)."""
    tremor_bandwidth_hz: float = 0.75
    """A tremor that is set aside may change its size and rate this fast (assumed)."""
    tremor_clear_hz: float = 3.0
    """What is slower than this is never set aside with a tremor: it is where tardive dyskinesia lies (assumed)."""
    too_fast_share: float = 0.5
    """A movement with more of its power from 0.5 to 12 Hz than this at 4 Hz and above is not taken for dyskinesia, be
    it steady or not: a tremor may wander, and dyskinesia has most energy at 1 to 2 Hz (Wirshing 1991). The share is
    assumed."""
    excursion_max_s: float = 1.5
    """An excursion that is half its size for longer is no part of a movement of 0.5 Hz or faster, but a yawn, a smile,
    or a mouth that was opened: half a period is a second (assumed)."""
    min_repeats: int = 3
    """Excursions in a clip below which a movement is not repeated and raises no item: dyskinesia is repetitive
    (assumed)."""
    tremor_sure_hz: float = 4.0
    """Of a hand a narrow peak above 3 Hz is a tremor, too (parkinsonian: from 3 to 8 Hz), but below this only one as
    narrow and regular as the next two say (assumed)."""
    tremor_slow_max_width_hz: float = 0.6
    tremor_slow_min_regularity: float = 0.8
    hand_tremor_low_hz: float = 3.2
    tap_share: float = 0.5
    """A finger taps if its gap to the thumb closes by this share of the widest finger's (assumed)."""
    tap_depth: float = 0.3
    """A tap closes the gap by this share of what taps of the clip close it by (assumed)."""
    tap_min_interval_s: float = 0.1
    """Nobody taps faster than 10 times a second; two fingers nearer than this tap together (assumed)."""
    arm_moves_mm: float = 40.0
    """Half the range from which a wrist that moves is an arm that is carried about: the edge of "large" (assumed)."""
    arm_gestures_mm: float = 20.0
    """The same where nobody was asked for anything: people reach, point and gesture (assumed)."""
    excess_blinks_per_minute: float = 40.0
    """Lids that close more often count for the face's item: 17 a minute at rest and 26 in talking are usual, 34 is two
    standard deviations above the rest's mean (Bentivoglio 1997, 17 +- 8), the rest room for miscounts (assumed) ..."""
    usual_blinks_per_minute: float = 26.0
    blink_chance_sd: float = 2.05
    """... but only if they close more often than chance brings once in 50 clips as short of somebody who blinks 26
    times a minute: 9 times in 10 s, 12 times in 15 s. Seven in 10 s, 42 a minute, are found in one of eight."""
    rhythmic_min_regularity: float = 0.6
    """From here a movement is called rhythmic, below irregular: correlation two periods later (assumed)."""
    chewing_low_hz: float = 0.94
    chewing_high_hz: float = 2.17
    """5th and 95th percentile of the rate of chewing."""
    speech_min_fast_share: float = 0.12
    """Of the power from 0.5 to 7 Hz, the share above 3 Hz from which mouth movement may be speech (measured: 0.14 to
    0.44 in lips and jaw of five people who talk. Irregular movement up to 2.2 Hz, like chorea, had at most 0.04 in the
    openings of five rendered people and in 50 simulated clips of 10 s, twitches of 0.35 to 0.6 s in 50 more at most
    0.10)."""
    speech_partner_share: float = 0.5
    """In talking the jaw goes about this share of the lips' opening: one whose detection limit lies above that may
    talk along unseen (assumed)."""
    jerk_high_hz: float = 4.0
    """Jerk is taken of movement below this: three derivatives make noise above it the larger part (assumed)."""
    sample_entropy_rate_hz: float = 15.0
    sample_entropy_max_templates: int = 1000
    """So many templates, evenly spread, are compared, however long the clip."""
    coupling_max_lag_s: float = 0.5
    """Two regions that move together do so within this delay (assumed)."""


@dataclass(frozen=True)
class QualitySettings:
    """What a clip must show to be used. All assumed where no source is given."""

    min_frames: float = 30.0
    min_fps: float = 12.0
    """Distinct pictures a second. Five pictures for two periods show 4.8 Hz at this rate."""
    min_decoded_share: float = 90.0
    min_luminance: float = 0.08
    """Mean luma of the face. The darkest skin in good light has about twice this; at 4% of normal light, where the
    mesh still reports a face but trembles by 1.4 mm, a face has 0.01 to 0.03 (measured)."""
    dim_luminance: float = 0.15
    """What must be there instead where nothing shows that it is more than noise: no face is found, its points tremble
    by more than ``trembling_mm``, or less of its skin than ``min_skin_found`` is found again (measured: 0.3% of good
    light, which a phone's gain lifts again, gave 0.11 to 0.13 on nine people, 0.6% gave 0.11 and 3.7 mm; 15% of good
    light gave a face of the darkest skin before a window 0.18)."""
    trembling_mm: float = 2.5
    min_skin_found: float = 0.35
    """Share of the still patches of skin that half of the pictures find again (measured in 0.3% of good light on the
    three people of nine whose face was found: 0.18 to 0.23; in 15% of good light on three of the darker skins: 0.46 to
    0.57; in good light on five people: 0.93 to 1.0)."""
    max_luminance: float = 0.85
    """Mean luma of the face, and of what little of hair and wall is about it (measured on eight people: light and
    middle skin is 0.37 to 0.65 in good light, 0.81 to 0.98 in eight times as much, where 46 to 97% of its pixels are
    as bright as can be; dark skin, 0.17 to 0.29 in good light, is seen well there and has 0.5 to 0.66)."""
    min_face_share: float = 50.0
    min_unbroken_share: float = 50.0
    min_iris_px: float = 6.0
    """At 6 px a pixel is 2 mm."""
    near_iris_px: float = 10.0
    """Where the whole body is in the picture, an iris is 5 to 10 px wide, and movement under a few mm goes unseen
    (assumed)."""
    min_facing_share: float = 50.0
    min_mouth_free_share: float = 80.0
    max_pallor: float = 0.08
    """See ``Tracks.pallor``; seven real faces had -0.07 to 0.0 and fourteen rendered ones -0.13 to -0.03, a rendered
    mask 0.22 (measured). A mask of the skin's own redness is not noticed."""
    max_still_range_mm: float = 1.5
    """What points at rest may show in a second: the lips' detection limit is then 9 mm."""
    max_crowd_share: float = 20.0
    min_hand_share: float = 30.0
    min_hand_on_face: float = 0.25
    """A hand lies before the face where this share of its points does, those of a finger or two (assumed). Skin before
    skin, its fingers are guessed: a hand that rested on a mouth had 0.43, and seemed to move by 5.5 mm all the time
    (measured on one virtual person)."""
    min_region_s: float = 2.0
    """A region seen for less is not assessed."""
    unseen_mm: tuple[tuple[str, float], ...] = (("jaw.opening", 1.5), ("lips.opening", 1.0))
    """Half a range, by the signal's name: the middle of what the model's table calls slight, which all the time is
    severity 2. Where nothing moves for longer than by chance and this could have gone unseen, that is no evidence: a
    jaw of 1.9 mm was else scored 0 in one film and 2 in another. Brows and lids are left out: in hand-held clips their
    limits often lie higher, and for them the wider limits of scoring hold (assumed)."""
    min_range_in_limits: float = 1.2
    """A movement whose range is less than so many detection limits is seen in some moments and not in others: its share
    of time was off by more than 20 points in 6 of 7 regions of development people below this, and in none of 3 from 1.6
    to 2."""
    unsure_lips_limit_mm: float = 2.0
    sure_lips_in_limits: float = 3.0
    """In clips whose detection limit for the lips is above the first, a range of fewer limits than the second is seen
    and not scored. Where a codec has emptied dark skin the lips' patches jump by ten times as much from one picture to
    the next as elsewhere, and more than the skin does by which limits are told: of two development people of tones 9
    and 10 one showed a side shift of 1.3 limits that was none, and the other lips of 2.4 limits that were half as large
    again as the truth; both had limits of 2.5 mm and more, development people of other tones 0.6 to 1.5."""
    max_face_limit_mm: float = 9.0
    max_hand_limit_mm: float = 20.0
    """Where nothing is found to move and a movement of this range could have gone unseen, a region is not assessed:
    what could not be seen is not called absent. About the range from which movement counts as moderate."""


@dataclass(frozen=True)
class ScoringSettings:
    """The scoring model, what may count as evidence, and how an examination is sorted."""

    model_file: str = "aims_items_v2.onnx"
    """In the folder ``models``; its card lies beside it."""
    model_sha256: str = "39a192d5a092377e086b65267c5356522cb85e1b82550c68cafc27cc19257746"
    """The one place that says which model file this version scores with; any other is refused."""
    min_clip_s: float = 10.0
    """Shorter clips report their regions, but give no evidence for items. The AIMS procedure (Guy 1976) watches for
    10 to 15 s a task."""
    carried_min_correlation: float = 0.9
    """Lips and jaw that go together so closely are moved by one of them (measured: 0.93 to 1.0 in 13 clips of virtual
    people in which one moved only) ..."""
    carried_max_lag_s: float = 0.07
    """... at once: two pictures (measured: one at most) ..."""
    lips_follow_ratio: float = 1.3
    """... the jaw where the lips part by no more than this multiple of its way (measured: 0.9 to 1.1 in five clips in
    which the jaw moved) ..."""
    jaw_follows_ratio: float = 1.5
    """... and the lips where they part by more (measured: 1.7 to 2.7 in three); between the two both count."""
    lips_alone_mm: float = 7.0
    """Half a range beyond which lips part only because the jaw opens: a full smile with the teeth together parts them
    by some 11 mm in all (assumed). So wide a jaw comes out too small in some faces, and the ratio then says the
    contrary."""
    carried_by_tongue: float = 0.6
    """Correlation with the tongue's reach from which lips or jaw only make way for it (measured: 0.65 to 0.91)."""
    tongue_parts_jaw_mm: float = 4.0
    tongue_parts_lips_mm: float = 5.5
    """... as long as they go no farther than this (half a range; measured: 2.3 to 3.3 and 2.3 to 4.6 in three clips of
    tongues that come out by 8 to 16 mm). In a mouth that opens widely by itself something of the tongue may be seen,
    too, and must not explain the jaw away."""
    activation_takes_one: bool = False
    """Take a point off an item whose movement was seen on activation only (the AIMS's own convention, Guy 1976, which
    not every rater follows)."""
    total_cut: int = 6
    """The chance of a total of at least this is told, too: the cut of 5.1 of Sterns 2025, in whole numbers."""
    sort_by_total: bool = False
    """Sort by that chance, and not by the Schooler-Kane severity rule."""
    total_interval: float = 0.90
    """Central share of the total's distribution that its interval holds (assumed)."""
    severity_in_two_items: int = 2
    """Schooler and Kane 1982: at least mild in two regions ..."""
    severity_in_one_item: int = 3
    """... or at least moderate in one."""
    min_item_s: float = 5.0
    """A region seen for less in a clip gives no evidence for an item (assumed)."""
    low_max_probability: float = 0.05
    """``low`` needs a chance of at most this that the Schooler-Kane severity rule is met (assumed)."""
    low_min_assessed_s: float = 8.0
    """``low`` needs each of its regions to have been seen for this long, over all clips (assumed)."""
    elevated_min_probability: float = 0.50
    """``elevated`` from this chance on (assumed)."""
    anchor_factor: float = 2.0
    """The table's millimetres are assumed: results are also told for anchors divided and multiplied by this."""


@dataclass(frozen=True)
class MouthSettings:
    """The model of the mouth's crop, and when a tongue counts as out."""

    model_file: str = "mouth_v1.onnx"
    """In the folder ``models``; its card lies beside it."""
    model_sha256: str = "5ccc3e597a08f983253668238a010b19f5a0095ed545aca6700dee156b97e509"
    """The one place that says which model file this version looks into mouths with; any other is refused."""
    min_tongue_px: int = 6
    """A smaller piece of the crop, about 8 mm2, is no tongue (assumed)."""


@dataclass(frozen=True)
class TongueSettings:
    """When a tongue is in view, and when it counts as out."""

    out_mm: float = 3.0
    """Past the lower lip (assumed)."""
    in_mm: float = 1.5
    """Nearer than this it has come back (assumed)."""
    min_outside_s: float = 0.08
    """Shorter outings are errors on single pictures; a fly-catcher's tongue is out for 0.2 s (assumed)."""
    min_inside_s: float = 0.08
    """The same for the time in the mouth between two outings (assumed)."""
    reach_percentile: float = 95.0
    """Of the reach within an outing: how far it went, without single errors (assumed)."""
    outings_percentile: float = 90.0
    """Of the reaches of a clip's outings: the farthest, without a single one that was misread (assumed)."""
    min_past_mm: float = 1.0
    """Of a tongue that is out, the picture shows at least so much past the lower lip's inner edge (assumed)."""
    min_out_area_mm2: float = 230.0
    """Of a tongue that reaches ``out_mm``, the picture shows at least so much once (measured: the largest of each of
    15 virtual people was 363 mm2 and more, in single pictures 200 and more; lips that were taken for a tongue had up
    to 187 in a face far away and 147 in a person who smiles)."""
    reach_error_mm: float = 6.0
    """Error of how far past the lip it reaches, beside the ruler's: root mean square over 61 single pictures of ten
    virtual people, 4 mm too far in the median; at their farthest fifteen others had 2.5 mm without a bias (measured:
    the larger is carried until it is known why they differ)."""
    min_area_mm2: float = 60.0
    """Less of a tongue does not show how it moves (assumed)."""
    min_opening_mm: float = 6.0
    """Between lips that are nearer, only a line of the mouth's inside is seen (assumed)."""


@dataclass(frozen=True)
class CacheSettings:
    """How much of what was followed is kept."""

    max_bytes: int = 2 * 1024**3
    """Of kept tracks: some 700 clips of 15 s, of 5 to 7 kB a picture (assumed)."""


@dataclass(frozen=True)
class BatchSettings:
    """How many clips are worked on at one time, and what a batch needs."""

    clip_memory_bytes: int = 1536 * 1024**2
    """Of a clip in work: no more are begun at one time than the free memory holds (measured: see
    ``VideoSettings.worker_memory_bytes``)."""
    clip_time_limit_s: float = 7200.0
    """A clip that takes longer is ended (assumed; ``--time-limit``)."""
    attempts: int = 2
    """Times that a clip is begun whose process dies, hangs or takes too long (assumed)."""
    ahead: int = 2
    """Clips that wait at each worker, so that none has to wait for a clip (assumed)."""
    clip_space_bytes: int = 200_000
    """What a clip takes of the output's disk, tables written anew included (assumed, from 80 kB in a few clips)."""
    tracks_share: float = 0.5
    """Landmarks take less than this share of a clip's file (assumed)."""
    connect_timeout_s: float = 30.0
    """A scheduler that does not answer for so long is not there (assumed)."""
    capacity_holds_s: float = 2.0
    """How many workers a cluster has is asked again after so long (assumed)."""
    unfit_workers: int = 3
    """One worker that can do no clip may be ill and is passed over; with so many it is not they (assumed)."""
    seen_at_once: int = 1000
    seen_holds_s: float = 60.0
    """Files seen are noted at an address when there are so many, or after so long (assumed): a run that is cut off
    reads as many again, and measures none."""
    reads_at_once: int = 32
    """Results that are read at one time from an address, where each takes tens of milliseconds (assumed)."""
    rows_at_once: int = 10_000
    """Rows that are written to a table at one time (assumed)."""
    outlier_z: float = 3.5
    """Modified z-score from which a value stands out (Iglewicz and Hoaglin 1993)."""


@dataclass(frozen=True)
class RecordsSettings:
    """How long a clinic's store keeps what, and how it is cut to be encrypted."""

    chunk_bytes: int = 64 * 1024
    """Of a file that are encrypted together, and held in memory to be so (assumed)."""
    video_days: int = 30
    """After the assessment, or the first that failed for good, a video is destroyed at the latest, unless it was to be
    kept (the clinic's default)."""
    unassessed_video_days: int = 90
    """After its clip was taken in a video is destroyed at the latest, whatever became of it (assumed: longer than any
    queue, and a quarter of a year to rate it)."""
    signed_video_days: int = 7
    """A video whose required ratings are signed waits for so long at most for an estimate that was asked for
    (assumed: a worker that stood still over a weekend catches up)."""
    video_warning_days: int = 21
    """So long before its date a video that nobody has rated is named on the worklist (assumed: a holiday)."""
    findings_days: int = 3653
    """Landmarks and measurements are kept: ten years, as German law asks of a patient's record (Civil Code, section
    630f (3)); other countries ask for other times."""
    required_ratings: int = 1
    """By so many people a rating is signed before the video goes; two, where clips are rated twice (assumed)."""
    stale_part_s: float = 24 * 3600.0
    """What an import that was cut short has left is removed after so long (assumed)."""
    job_lease_s: float = 60.0
    """A worker that gives no sign of life for so long has died, and its job is another's to take (assumed: twenty
    signs missed)."""
    job_sign_s: float = 3.0
    """A worker says so often that it lives, and how far it is (assumed: what somebody who waits looks at)."""
    job_poll_s: float = 2.0
    """A worker without a job looks for one so often (assumed)."""
    sweep_s: float = 24 * 3600.0
    """A worker destroys what is due so often: the dates are days."""
    most_clips: int = 100
    """Of one examination, from wherever they come: more than twice what a recording at home may have, and each takes a
    worker minutes (assumed)."""
    sweep_again_s: float = 600.0
    """And again so soon, where the database was busy or away, or the disk (assumed: a backup takes minutes)."""
    age_bands_years: tuple[int, ...] = (40, 60, 75)
    """Edges of the ages by which unusable recordings are counted (assumed)."""
    job_tries: int = 2
    """A job is begun so often, where its worker died or crashed: more would let one clip that takes a worker down
    take all of them down (assumed)."""


@dataclass(frozen=True)
class ClinicPagesSettings:
    """What the clinic's pages take in, and how long they wait."""

    max_upload_bytes: int = 1_000_000_000
    """Of one clip: four minutes of 1080p from a phone at its best setting are about half of that (assumed)."""
    tickets_a_page: int = 20
    """So many clips can be sent from a page before it has to be drawn again (assumed)."""
    uploads_at_once: int = 10
    """So many clips arrive at one time, each from one person: a large clinic's staff (assumed)."""
    upload_silence_s: float = 60.0
    """An upload of which nothing comes for so long is given up, as of a computer that was closed (assumed)."""
    upload_valid_s: float = 12 * 3600.0
    play_valid_s: float = 12 * 3600.0
    """A page that was left open overnight is loaded again (assumed)."""
    sign_in_s: float = 12 * 3600.0
    """Whoever signed in so long ago signs in again (assumed: a long day)."""
    idle_s: float = 20 * 60.0
    """Whoever does nothing on a page for so long is signed out (assumed)."""
    idle_look_s: float = 15.0
    poll_s: float = 2.0
    """The state of an estimate is asked for again after so long (assumed)."""


@dataclass(frozen=True)
class MomentsSettings:
    """Which seconds of a clip are shown as those that speak most for and most against an item."""

    window_s: float = 3.0
    """Long enough for a movement at 0.5 Hz to come back, short enough to be looked at (assumed)."""
    step_s: float = 0.1
    """Between the beginnings of stretches that are held against each other (assumed)."""


@dataclass(frozen=True)
class RecorderSettings:
    """How somebody records at home, and what the server takes from a stranger's phone."""

    invitation_days: int = 14
    longest_invitation_days: int = 90
    """For so long an invitation is good, and at most (assumed)."""
    most_clips: int = 40
    """Of one examination: every task of the full programme three times, and to spare (assumed)."""
    max_clip_bytes: int = 150_000_000
    """Of one clip: 30 s at the 20 Mbit/s of a phone's own camera are half of that (assumed)."""
    piece_bytes: int = 1_000_000
    """In such pieces a clip is sent: at 0.5 Mbit/s one takes 16 s (assumed)."""
    piece_deadline_s: float = 90.0
    """A piece that takes longer is given up and sent again: below 0.1 Mbit/s nothing arrives anyway (assumed)."""
    taken_in_at_once: int = 2
    """Clips that came whole are read by so many processes at a time: the others wait on the disk (assumed)."""
    unfinished_s: float = 1800.0
    """What was not sent to its end for so long is let go of; the browser still has it (assumed)."""
    max_thumbnail_bytes: int = 60_000
    """Of a picture of 240 px as JPEG, which has 5 to 15 kB."""
    max_header_bytes: int = 32_768
    """Of all that stands at the head of a request; browsers send some 2 kB, and proxies let 32 kB through."""
    max_message_bytes: int = 20_000
    """Of what is said beside a clip: 30 s of prompts have less than 2 kB."""
    look_every_s: float = 0.4
    """Between two thumbnails: a hint comes in under half a second."""
    check_every_s: float = 3.0
    """Between two questions whether a clip was checked (assumed)."""
    countdown_s: int = 3
    begins_by_itself: bool = True
    """Once all has been well in some pictures in a row."""
    scale: float = 1.0
    """Of the tasks' lengths: another only in tests."""
    max_tilt_deg: float = 20.0
    """Of the line between the eyes, in hints (assumed: the gate itself allows more)."""
    max_turn: float = 0.3
    """Of the nose's tip from between the eyes, in their distance (assumed: about 30 degrees)."""
    largest_face: float = 0.9
    """Of the picture's smaller side: a larger face leaves it at the first movement (assumed)."""
    look_wait_s: float = 0.3
    """A thumbnail that would wait longer for its turn is not looked at: the next one comes soon."""
    look_deadline_s: float = 20.0
    """Whoever looks at thumbnails and does not answer for so long is replaced (assumed)."""
    look_start_deadline_s: float = 300.0
    """The same while its models load: 2 to 4 s on a quiet machine, more than a minute on a busy one (measured)."""
    looked_at: int = 4
    """So many recordings are looked at with trackers of their own that know the picture before (assumed)."""
    shaken_share: float = 0.01
    """Of the picture's width: a camera that moves by more between two thumbnails is not steady (measured on a few
    clips: of 240 px, one that stands shows up to 1, one that is held in a hand 2 to 6)."""
    shaken_min_contrast: float = 6.0
    shaken_min_certainty: float = 0.15
    """Levels of 255, and the peak of the phase correlation, below which a wall shows no movement (assumed)."""
    off_centre: float = 0.22
    """Of the picture's width: farther from its middle a face is soon out of the picture (assumed)."""


@dataclass(frozen=True)
class GuidedSettings:
    """How long each task of the guided examination at home is recorded, in seconds."""

    rest_s: float = 30.0
    """At the beginning and again at the end: twice the AIMS's least, as Sterns 2025 recorded it."""
    mouth_s: float = 20.0
    tongue_s: float = 20.0
    """Twice within the clip (Guy 1976): 8 s each and a rest of 2 s between and after (assumed)."""
    tapping_s: float = 15.0
    """A hand: 10 to 15 s (Guy 1976)."""
    hands_hanging_s: float = 15.0
    arms_out_s: float = 15.0
    """At least 15 s (Guy 1976)."""
    talk_s: float = 20.0
    """Enough for some sentences (assumed)."""
    short_tongue_s: float = 25.0
    short_tapping_s: float = 20.0
    """In the examination for the tired, 75 s with the rest: what is left out leaves these some more time (assumed)."""


@dataclass(frozen=True)
class CourseSettings:
    """What is called change, and when somebody is due."""

    important_points: tuple[float, float] = (2.0, 3.0)
    """Minimal important differences of the AIMS total of items 1 to 7: 2 from the pooled trials of valbenazine (Stacy
    et al. 2019), 3 from those of deutetrabenazine (Hauser et al. 2022). Both are shown."""
    noise_z: float = 1.96
    """A difference beyond so many of its standard deviations is no noise: 95 %."""
    same_time_of_day_h: float = 3.0
    """Movements change within the day; further apart is another time of it (assumed)."""
    high_risk_months: int = 6
    months: int = 12
    risk_age_years: int = 55
    """Intervals, and the age above which the risk is high: the American Psychiatric Association's guideline (2020)."""
    soon_days: int = 30
    """So long before the day an examination stands on the worklist as due soon (assumed)."""


@dataclass(frozen=True)
class ReportsSettings:
    """What leaves a clinic's store, and how it is sent."""

    longest_shift_days: int = 365
    """By so many days at most the dates of a person are moved back in tables for research (assumed: a year hides the
    season, and keeps the years in which drugs were in use)."""
    oldest_age_years: int = 90
    """Ages from here up are one (US Code of Federal Regulations, title 45, section 164.514(b)(2)(i)(C))."""
    assertion_s: float = 240.0
    """For so long a signed assertion holds with which a token is asked for: SMART allows five minutes."""
    timeout_s: float = 60.0
    """For an answer of the FHIR server (assumed)."""
    first_wait_s: float = 30.0
    """Before a message is sent again; twice as long each further time (assumed)."""
    longest_wait_s: float = 6 * 3600.0
    """Between two tries (assumed)."""
    lease_s: float = 600.0
    """A message that is being sent is another program's to send after so long (assumed: ten timeouts)."""
    look_s: float = 10.0
    """Between two looks at the outbox (assumed)."""
    answer_bytes: int = 10_000_000
    """Of an answer that are read (assumed)."""


@dataclass(frozen=True)
class TrainingSettings:
    """How a model is fitted to ratings."""

    knots: int = 6
    """Of each curve, at most: five straight pieces (assumed)."""
    prior_ratings: float = 0.5
    """Made-up ratings of each rater, spread over all scores alike, that keep a score which nobody was given possible
    (assumed: half a rating, as Jeffreys' prior has for each of two outcomes)."""
    rater_pull: float = 2.0
    """How strongly each rater's thresholds are drawn to the mean rater's, as the inverse of a variance in log-odds
    (assumed: raters differ by 0.7)."""
    min_people: int = 20
    """Fewer cannot be split by person within a split by person and leave more than a handful to fit (assumed)."""
    outer_folds: int = 5
    inner_folds: int = 4
    alike: float = 0.95
    """Of two features whose ranks correlate by more, one is left out (assumed)."""
    feature_counts: tuple[int, ...] = (6, 12, 20, 40, 80)
    """Among which the number of features is chosen (assumed)."""
    penalties: tuple[tuple[float, float], ...] = (
        (0.3, 1.0),
        (1.0, 3.0),
        (3.0, 10.0),
        (3.0, 30.0),
        (10.0, 30.0),
    )
    """Among which ridge and smoothness are chosen; the middle one is tried first (assumed)."""
    min_local_people: int = 20
    """For a calibration at a place of one's own: enough for two numbers, and for sets of the scores that nine or more
    of them have (assumed)."""
    local_pull: float = 1.0
    """How strongly a local calibration is drawn to leaving the model as it is, as the inverse of a variance
    (assumed)."""
    conformal_level: float = 0.90
    """Share of people of each score whose set is to hold it (assumed)."""


@dataclass(frozen=True)
class ValidationSettings:
    """How a model is held against ratings."""

    draws: int = 200
    """People are drawn again so many times for an interval (assumed: its ends then shake by less than a tenth
    of it)."""
    min_people: int = 10
    """With fewer people a figure has no interval, and a study is too small to be told (assumed)."""
    cuts: tuple[float, ...] = (0.05, 0.5)
    """Probabilities of a positive at which sensitivity and specificity are told: those from which ``triage`` is no
    longer low, and elevated."""
    highest_threshold: float = 0.6
    """Up to which the decision curve is drawn (assumed: nobody waits for more certainty to look at a person)."""


VIDEO = VideoSettings()
TRACKING = TrackingSettings()
BACKGROUND = BackgroundSettings()
DISPLACEMENT = DisplacementSettings()
GEOMETRY = GeometrySettings()
FACE = FaceSettings()
FUSION = FusionSettings()
STILLNESS = StillnessSettings()
QUALITY = QualitySettings()
MOTION = MotionSettings()
SCORING = ScoringSettings()
MOUTH = MouthSettings()
TONGUE = TongueSettings()
CACHE = CacheSettings()
BATCH = BatchSettings()
RECORDS = RecordsSettings()
CLINIC_PAGES = ClinicPagesSettings()
MOMENTS = MomentsSettings()
RECORDER = RecorderSettings()
GUIDED = GuidedSettings()
COURSE = CourseSettings()
REPORTS = ReportsSettings()
TRAINING = TrainingSettings()
VALIDATION = ValidationSettings()
