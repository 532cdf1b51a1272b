"""What the camera and the tracker do to a movement, as measured where the truth is known.

Measured on 16 rendered clips of development people (seeds 200 and up, none of the measurement card's; shaken cameras,
turning heads and breathing among them): limits of all, noise of the regions that are truly still, gain of those that
truly move. ``docs/virtual-cohort.md`` has the figures and says which of them are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SignalNoise:
    """Noise and gain of one signal.

    Attributes
    ----------
    limit_mm : float
        Median detection limit, a range within a second.
    limit_spread : float
        Standard deviation of its logarithm from clip to clip.
    least_limit_mm : float
        The smallest limit that the tool sets for this signal.
    share : float
        Range within a second that stillness shows, as a share of the limit, in the median ...
    share_spread : float
        ... and the standard deviation of its logarithm.
    gain : float
        Measured amplitude of a movement as a share of the true one, in the median ...
    gain_spread : float
        ... and the standard deviation of its logarithm, from person to person.
    """

    limit_mm: float
    limit_spread: float
    least_limit_mm: float
    share: float
    share_spread: float
    gain: float
    gain_spread: float


WHITE_SHARE = 0.1
"""Share of the noise's power within the band that is white; the rest wanders (measured: the jitter is 0.03 of the
limit, the noise within the band 0.07)."""
WHITE_IN_BAND = 1.5
"""Standard deviation of white noise at 30 pictures a second of which 1 is left in the band."""
WANDER_HZ = (0.05, 2.5)
WANDER_IN_BAND = 1.2
"""The same of what wanders at these rates (measured: 1.22 with what is slower than the band, to 1 without)."""
SCALE_ERROR = 0.06
"""Standard deviation of the logarithm of a millimetre, the iris or the palm being the ruler (assumed)."""

NOISE: dict[str, SignalNoise] = {
    "facial_expression": SignalNoise(
        1.07, 0.41, 0.5, share=0.38, share_spread=0.4, gain=1.0, gain_spread=0.06
    ),
    "lips": SignalNoise(0.69, 0.38, 0.6, share=0.47, share_spread=0.3, gain=0.95, gain_spread=0.2),
    "jaw": SignalNoise(1.64, 0.41, 0.8, share=0.54, share_spread=0.3, gain=1.0, gain_spread=0.12),
    "tongue": SignalNoise(4.0, 0.0, 4.0, share=0.2, share_spread=0.3, gain=1.05, gain_spread=0.25),
    "tongue.side": SignalNoise(4.0, 0.04, 4.0, share=0.5, share_spread=0.4, gain=1.0, gain_spread=0.2),
    "upper_limbs.fingers": SignalNoise(
        3.7, 0.17, 3.0, share=0.5, share_spread=0.3, gain=0.6, gain_spread=0.35
    ),
    "upper_limbs.wrist": SignalNoise(5.0, 0.1, 5.0, share=0.4, share_spread=0.3, gain=1.0, gain_spread=0.1),
}
"""By scale, and of the tongue within the mouth."""
