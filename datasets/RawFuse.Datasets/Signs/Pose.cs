namespace RawFuse.Datasets.Signs;

/// <summary>
/// Where a sign stands in the picture: the projective map from picture to sign plane. Drawing the map in this direction, which is the one that
/// painting needs, saves inverting it.
/// </summary>
internal readonly struct Pose
{
    private readonly float _centreX, _centreY, _radius;
    private readonly float _xx, _xy, _yx, _yy;
    private readonly float _tiltX, _tiltY;

    public Pose(ref RandomStream random)
    {
        _radius = random.Range(9.75f, 13.25f);
        _centreX = SyntheticSigns.Side / 2 + random.Range(-3f, 3f);
        _centreY = SyntheticSigns.Side / 2 + random.Range(-3f, 3f);
        (float cos, float sin) = random.Rotation(0.14f);
        float squeeze = random.Range(1f, 1.2f), shear = random.Range(-0.12f, 0.12f);
        _xx = squeeze * cos / _radius;
        _xy = squeeze * sin / _radius;
        _yx = (shear * cos - sin) / _radius;
        _yy = (shear * sin + cos) / _radius;
        _tiltX = random.Range(-0.012f, 0.012f);
        _tiltY = random.Range(-0.012f, 0.012f);
    }

    /// <summary>The point of the sign's plane seen at a point of the picture, in pixels.</summary>
    public (float X, float Y) ToSign(float x, float y)
    {
        float dx = x - _centreX, dy = y - _centreY;
        float depth = 1f + _tiltX * dx + _tiltY * dy;
        return ((_xx * dx + _xy * dy) / depth, (_yx * dx + _yy * dy) / depth);
    }

    /// <summary>Which part of a pixel lies inside an edge at the given signed distance in the sign's plane.</summary>
    public float Coverage(float distance) => Math.Clamp(0.5f - distance * _radius, 0f, 1f);
}
