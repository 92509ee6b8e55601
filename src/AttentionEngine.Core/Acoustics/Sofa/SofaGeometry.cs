using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Geometry;

namespace AttentionEngine.Core.Acoustics.Sofa;

/// <summary>Positions and views of a SOFA file as directions and positions in the frame of the listener (or of the transducer that is measured).</summary>
internal sealed class SofaGeometry(SofaVariables variables, string path)
{
    /// <summary>[count] unit vectors to the source in the listener's frame.</summary>
    public IReadOnlyList<Vector3D> SourceDirections(int count)
    {
        var source = Points("SourcePosition", count);
        return Directions(count, i => source[i % source.Length], "ListenerPosition", "ListenerView", "ListenerUp");
    }

    /// <summary>[count] unit vectors from the transducer to the receivers in the transducer's frame.</summary>
    public IReadOnlyList<Vector3D> ReceiverDirections(int count)
    {
        var receivers = Points("ReceiverPosition", count);
        return Directions(count, i => receivers[i % receivers.Length], "SourcePosition", "SourceView", "SourceUp");
    }

    /// <summary>[count] positions of the receivers, metres.</summary>
    public IReadOnlyList<Vector3D> Receivers(int count) => Repeated(Points("ReceiverPosition", count), count);

    /// <summary>[count] positions of the emitters, metres.</summary>
    public IReadOnlyList<Vector3D> Emitters(int count) => variables.Has("EmitterPosition") ? Repeated(Points("EmitterPosition", count), count) : Repeated([Vector3D.Zero], count);

    private static Vector3D[] Repeated(Vector3D[] points, int count) => [.. Enumerable.Range(0, count).Select(i => points[i % points.Length])];

    private Vector3D[] Directions(int count, Func<int, Vector3D> target, string positionName, string viewName, string upName)
    {
        // A source that is given far away by unit distance is a direction already: only an offset of the origin is taken off.
        Vector3D[] origin = variables.Has(positionName) ? Points(positionName, count) : [Vector3D.Zero];
        Vector3D[] view = variables.Has(viewName) ? Points(viewName, count) : [Vector3D.Front];
        Vector3D[] up = variables.Has(upName) ? Points(upName, count) : [new Vector3D(0, 0, 1)];
        var result = new Vector3D[count];
        for (int i = 0; i < count; i++)
        {
            Vector3D offset = target(i) - origin[i % origin.Length], front = view[i % view.Length].Normalized();
            Vector3D left = up[i % up.Length].Cross(front);
            if (offset.Norm < 1e-6) throw new InputDataException($"{path}: measurement {i + 1} has its source at the place of what it is seen from, so it has no direction.");
            if (left.Norm < 1e-3) throw new InputDataException($"{path}: `{viewName}` and `{upName}` of measurement {i + 1} are parallel, so they give no frame.");
            left = left.Normalized();
            result[i] = new Vector3D(offset.Dot(front), offset.Dot(left), offset.Dot(front.Cross(left))).Normalized();
        }
        return result;
    }

    /// <summary>[1 or count, 3] or [1 or count, 3, 1 or more], cartesian or spherical, in metres.</summary>
    private Vector3D[] Points(string name, int count)
    {
        var (values, sizes) = variables.Numbers(name);
        int depth = sizes.Length == 3 ? sizes[2] : 1;
        if (sizes.Length is not (2 or 3) || sizes[1] != 3 || sizes[0] != 1 && sizes[0] != count)
            throw new InputDataException($"{path}: `{name}` has the sizes {string.Join(" × ", sizes)}, expected 1 or {count} rows of 3 coordinates.");
        for (int d = 1; d < depth; d++)
            for (int i = 0; i < 3 * sizes[0]; i++)
                if (Math.Abs(values[i * depth + d] - values[i * depth]) > 1e-6) throw new InputDataException($"{path}: `{name}` changes from measurement to measurement; one set of positions is expected.");
        var points = new Vector3D[sizes[0]];
        bool spherical = Spherical(name);
        for (int i = 0; i < points.Length; i++)
        {
            double a = values[3 * i * depth], b = values[(3 * i + 1) * depth], c = values[(3 * i + 2) * depth];
            points[i] = spherical ? c * Vector3D.FromAzimuthElevation(Angles.ToRadians(a), Angles.ToRadians(b)) : new Vector3D(a, b, c);
        }
        return points;
    }

    private bool Spherical(string name)
    {
        // A view may leave out its type: it is that of the position then, or cartesian.
        string type = variables.Attribute(name, "Type") ?? "cartesian", units = variables.Attribute(name, "Units") ?? "";
        bool spherical = type switch
        {
            "spherical" => true,
            "cartesian" => false,
            _ => throw new InputDataException($"{path}: `{name}:Type` is `{type}`, expected `spherical` or `cartesian`{(type.Contains("harmonics", StringComparison.OrdinalIgnoreCase) ? " (spherical harmonics are not read)" : "")}."),
        };
        string expected = spherical ? "degree, degree, metre" : "metre";
        bool good = units.Length == 0 || units.Split(',').Select((u, i) => Unit(u.Trim(), spherical && i < 2)).All(u => u);
        return good ? spherical : throw new InputDataException($"{path}: `{name}:Units` is `{units}`, expected `{expected}` for {type} coordinates.");
    }

    private static bool Unit(string unit, bool angle) => angle ? unit is "degree" or "degrees" or "deg" : unit is "metre" or "meter" or "metres" or "meters" or "m";
}
